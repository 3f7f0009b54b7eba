package io.vigia.agent.boot;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The application's loggers by name, told by the advice on their constructors, and only where
 * somebody wants to know. Held weakly: the agent must not keep an undeployed web application in
 * memory. Thread-safe.
 */
public final class AppLoggers {

  /** As many names as an application with a logger for each class has, and many more. */
  static final int MAX = 20_000;

  /** Of one name: a logger in each of several web applications. */
  static final int MAX_ALIKE = 64;

  private static final Map<String, List<WeakReference<Object>>> CREATED = new HashMap<>();

  private static volatile boolean isWanted;

  /** Before the application runs: loggers that were created earlier are not known. */
  public static void want() {
    isWanted = true;
  }

  public static boolean isWanted() {
    return isWanted;
  }

  /** Called by inlined advice at the end of a logger's constructor; must not throw. */
  public static void created(Object logger, String name) {
    synchronized (CREATED) {
      List<WeakReference<Object>> alike = CREATED.get(name);
      if (alike == null) {
        if (CREATED.size() >= MAX) {
          return;
        }
        alike = new ArrayList<>(1);
        CREATED.put(name, alike);
      }
      // no lambda: this may run very early in the application
      for (Iterator<WeakReference<Object>> all = alike.iterator(); all.hasNext(); ) {
        Object known = all.next().get();
        if (known == logger) {
          return;
        }
        if (known == null) {
          all.remove();
        }
      }
      if (alike.size() < MAX_ALIKE) {
        alike.add(new WeakReference<>(logger));
      }
    }
  }

  /** Those still in use. */
  public static List<Object> named(String name) {
    List<Object> alive = new ArrayList<>();
    synchronized (CREATED) {
      List<WeakReference<Object>> alike = CREATED.get(name);
      if (alike != null) {
        for (WeakReference<Object> reference : alike) {
          Object logger = reference.get();
          if (logger != null) {
            alive.add(logger);
          }
        }
      }
    }
    return alive;
  }

  private AppLoggers() {}
}
