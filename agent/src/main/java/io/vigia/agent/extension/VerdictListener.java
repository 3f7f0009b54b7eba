package io.vigia.agent.extension;

import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Main;
import io.vigia.agent.boot.Setting;
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
    if (!Setting.VERDICT.isOn() || shipping == null) {
      return;
    }
    // the probe may take a second; the application must not wait for it
    Thread thread = new Thread(() -> print(shipping), "vigia-verdict");
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
  }

  private static void print(Shipping shipping) {
    try {
      Console.say(line(shipping, AgentState.identity()));
    } catch (RuntimeException | LinkageError e) {
      Console.say("no verdict: " + e);
    }
  }

  static String line(Shipping shipping, @Nullable ServiceIdentity identity) {
    StringBuilder line = new StringBuilder(Main.version());
    if (identity != null) {
      line.append(": service \"").append(identity.name()).append("\" (from ");
      line.append(identity.source()).append(')');
    }
    return line.append(", ")
        .append(
            shipping.withReachability(identity == null ? Resource.empty() : identity.resource()))
        .toString();
  }
}
