package io.vigia.agent.boot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The application's loggers by name, told by the advice on their constructors, and only where
 * somebody wants to know. Thread-safe.
 */
public final class AppLoggers {

  /** As many names as an application with a logger for each class has, and many more. */
  static final int MAX = 20_000;

  /** Of one name: a logger in each of several web applications. */
  static final int MAX_ALIKE = 64;

  private static final Map<String, WeakList> CREATED = new HashMap<>();

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
    WeakList alike;
    synchronized (CREATED) {
      alike = CREATED.get(name);
      if (alike == null) {
        if (CREATED.size() >= MAX) {
          return;
        }
        alike = new WeakList(MAX_ALIKE);
        CREATED.put(name, alike);
      }
    }
    alike.add(logger);
  }

  /** Those still in use. */
  public static List<Object> named(String name) {
    WeakList alike;
    synchronized (CREATED) {
      alike = CREATED.get(name);
    }
    return alike == null ? new ArrayList<>() : alike.alive();
  }

  private AppLoggers() {}
}
