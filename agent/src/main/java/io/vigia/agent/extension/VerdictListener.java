package io.vigia.agent.extension;

import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import io.vigia.agent.boot.Main;
import io.vigia.agent.boot.Reachability;
import io.vigia.agent.boot.Setting;
import io.vigia.agent.boot.Shipping;
import io.vigia.agent.extension.logs.StdoutQuestion;
import io.vigia.agent.extension.resource.ServiceIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Prints one line on stderr soon after the start: who this service is, where its data goes, and
 * whether anybody is there. {@code vigia.verdict=false} (or {@code VIGIA_VERDICT}) turns it off.
 */
public final class VerdictListener implements AgentListener {

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk sdk) {
    Shipping shipping = AgentState.shipping();
    if (!Setting.VERDICT.isOn()) {
      return;
    }
    ServiceIdentity identity = AgentState.identity();
    if (shipping == null && identity == null) { // switched off
      return;
    }
    // the probe may take a second; the application must not wait for it
    Daemon.start("vigia-verdict", () -> print(shipping, identity));
  }

  private static void print(@Nullable Shipping shipping, @Nullable ServiceIdentity identity) {
    try {
      Console.say(
          shipping != null
              ? line(shipping, identity)
              : Main.version() + (identity == null ? "" : named(identity)) + Declared.inWords());
    } catch (RuntimeException | LinkageError e) {
      Console.say("no verdict: " + e);
    }
  }

  private static String named(ServiceIdentity identity) {
    return ": service \"" + identity.name() + "\" (from " + identity.source() + ")";
  }

  private static String line(Shipping shipping, @Nullable ServiceIdentity identity) {
    StringBuilder line = new StringBuilder(Main.version());
    if (identity != null) {
      line.append(named(identity));
    }
    CollectorAddress address = AgentState.address();
    Shipping.Reached reached = shipping.ask();
    Reachability.Result otlp = reached.otlp();
    line.append(", collector ").append(address.otlp());
    line.append(" (from ").append(address.source()).append("): ");
    line.append(otlp == null ? "not used" : otlp.detail());
    line.append("; ").append(shipping.signals(reached));
    StdoutQuestion question =
        identity == null ? null : VigiaCustomizer.stdoutQuestion(shipping, identity.resource());
    // who does not is not asked again; nor by another protocol, which may take long
    boolean answers = otlp == null || (otlp.isOk() && !address.isGrpc());
    if (question != null && answers && question.ask(null) == StdoutQuestion.Answer.READ) {
      line.append(shipping.isForwarding() ? " unless they are" : ", log events unless they are");
      line.append(" on stdout, which the collector reads");
    } else if (reached.forward() != null) {
      line.append(": ").append(reached.forward().detail());
    }
    return line.toString();
  }
}
