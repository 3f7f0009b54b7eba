package io.vigia.agent.boot;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The application's metric registries, told by the advice on their constructors. Held weakly: the
 * agent must not keep an undeployed web application in memory. Thread-safe.
 */
public final class AppRegistries {

  /** More than any application has; a leak of registries must not become a leak of ours. */
  static final int MAX = 256;

  private static final List<WeakReference<Object>> CREATED = new ArrayList<>();

  /** Called by inlined advice at the end of a registry's constructor; must not throw. */
  public static void created(Object registry) {
    synchronized (CREATED) {
      // no lambda: this may run very early in the application
      for (Iterator<WeakReference<Object>> all = CREATED.iterator(); all.hasNext(); ) {
        Object known = all.next().get();
        if (known == registry) {
          return;
        }
        if (known == null) {
          all.remove();
        }
      }
      if (CREATED.size() < MAX) {
        CREATED.add(new WeakReference<>(registry));
      }
    }
  }

  /** Those still in use, oldest first. */
  public static List<Object> list() {
    List<Object> alive = new ArrayList<>();
    synchronized (CREATED) {
      for (WeakReference<Object> reference : CREATED) {
        Object registry = reference.get();
        if (registry != null) {
          alive.add(registry);
        }
      }
    }
    return alive;
  }

  private AppRegistries() {}
}
