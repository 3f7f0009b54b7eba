package io.vigia.agent.extension.export;

import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;

/**
 * Takes over what earlier processes left, once it is known what is sent from here. On a thread of
 * its own: there may be tens of thousands of files, and the application does not wait for a disk.
 */
public final class Adoption implements AgentListener {

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk sdk) {
    if (Exports.spool().mayAdopt()) {
      Daemon.start("vigia-adopt", Adoption::run);
    }
  }

  private static void run() {
    try {
      int adopted = Exports.spool().adopt(Exports::isSent, () -> !ExitBudget.isExiting());
      Console.debug(() -> "payloads that earlier processes left: " + adopted);
    } catch (RuntimeException | LinkageError e) {
      Console.debug(() -> "what earlier processes left stays where it is: " + e);
    }
  }
}
