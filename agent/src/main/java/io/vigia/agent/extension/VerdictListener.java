package io.vigia.agent.extension;

import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Main;
import io.vigia.agent.boot.Reachability;
import io.vigia.agent.extension.resource.ServiceIdentity;

/**
 * Prints one line on stderr soon after the start: who this service is, where its data goes, and
 * whether anybody is there. {@code vigia.verdict=false} (or {@code VIGIA_VERDICT}) turns it off.
 */
public final class VerdictListener implements AgentListener {

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk sdk) {
    String setting = System.getProperty("vigia.verdict", System.getenv("VIGIA_VERDICT"));
    if ("false".equalsIgnoreCase(setting)) {
      return;
    }
    // the probe may take a second; the application must not wait for it
    Thread thread = new Thread(VerdictListener::print, "vigia-verdict");
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
  }

  @SuppressWarnings("SystemOut")
  private static void print() {
    try {
      System.err.println(line());
    } catch (RuntimeException | LinkageError e) {
      System.err.println("[vigia] no verdict: " + e);
    }
  }

  static String line() {
    CollectorAddress address = AgentState.address();
    Reachability.Result otlp = Reachability.otlp(address.otlp(), address.isGrpc());
    StringBuilder line = new StringBuilder("[vigia] ").append(Main.version());
    ServiceIdentity identity = AgentState.identity();
    if (identity != null) {
      line.append(": service \"").append(identity.name()).append("\" (from ");
      line.append(identity.source()).append(')');
    }
    line.append(", collector ").append(address.otlp());
    line.append(" (from ").append(address.source()).append("): ").append(otlp.detail());
    line.append("; traces and metrics by OTLP/").append(address.isGrpc() ? "gRPC" : "HTTP");
    line.append(", logs by ");
    if (AgentState.logs().equals(VigiaCustomizer.FORWARD)) {
      Reachability.Result forward = Reachability.tcp(address.forwardHost(), address.forwardPort());
      line.append("forward to ").append(address.forward()).append(": ").append(forward.detail());
    } else {
      line.append(AgentState.logs());
    }
    return line.toString();
  }
}
