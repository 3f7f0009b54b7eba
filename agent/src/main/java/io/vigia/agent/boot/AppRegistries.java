package io.vigia.agent.boot;

import java.util.List;

/** The application's metric registries, told by the advice on their constructors. Thread-safe. */
public final class AppRegistries {
  static final int MAX = 256;

  private static final WeakList CREATED = new WeakList(MAX);

  /** Called by advice at the end of a registry's constructor; must not throw. */
  public static void created(Object registry) {
    CREATED.add(registry);
  }

  /** Those still in use, oldest first. */
  public static List<Object> list() {
    return CREATED.alive();
  }

  private AppRegistries() {}
}
