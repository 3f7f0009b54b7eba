package io.vigia.agent.boot;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A few objects of the application, each once, held weakly: the agent must not keep an undeployed
 * web application in memory. Thread-safe.
 */
final class WeakList {
  private final int max;
  private final List<WeakReference<Object>> references = new ArrayList<>(1);

  /**
   * @param max more than any application has; a leak of the application's must not become one of
   *     ours
   */
  WeakList(int max) {
    this.max = max;
  }

  /** Unless it is there, or there are too many. */
  synchronized void add(Object object) {
    // no lambda: this may run very early in the application
    for (Iterator<WeakReference<Object>> all = references.iterator(); all.hasNext(); ) {
      Object known = all.next().get();
      if (known == object) {
        return;
      }
      if (known == null) {
        all.remove();
      }
    }
    if (references.size() < max) {
      references.add(new WeakReference<>(object));
    }
  }

  /** Those still in use, oldest first. */
  synchronized List<Object> alive() {
    List<Object> alive = new ArrayList<>();
    for (WeakReference<Object> reference : references) {
      Object object = reference.get();
      if (object != null) {
        alive.add(object);
      }
    }
    return alive;
  }
}
