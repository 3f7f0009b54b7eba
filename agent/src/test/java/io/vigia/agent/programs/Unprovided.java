package io.vigia.agent.programs;

import java.security.Provider;
import java.security.Security;
import java.util.logging.Logger;

/** Removes all security providers of the JVM, which then makes no random numbers, and logs. */
public final class Unprovided {

  public static void main(String[] args) {
    for (Provider each : Security.getProviders()) {
      Security.removeProvider(each.getName());
    }
    Logger.getLogger(Unprovided.class.getName()).info("order taken");
  }

  private Unprovided() {}
}
