package io.vigia.agent.extension;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.extension.resource.ServiceIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What the parts that the SDK creates by name learn from each other during start. Written by the
 * starting thread, read by the verdict.
 */
final class AgentState {

  private static @Nullable CollectorAddress address;
  private static volatile @Nullable ServiceIdentity identity;
  private static volatile String logs = "none";

  /** Found once; an address that cannot be read is reported and localhost taken instead. */
  static synchronized CollectorAddress address() {
    CollectorAddress found = address;
    if (found == null) {
      try {
        found = CollectorAddress.find();
      } catch (IllegalArgumentException e) {
        System.err.println("[vigia] " + e.getMessage() + "; using localhost");
        found = CollectorAddress.find(name -> null, name -> null);
      }
      address = found;
    }
    return found;
  }

  static void identity(ServiceIdentity found) {
    identity = found;
  }

  static @Nullable ServiceIdentity identity() {
    return identity;
  }

  static void logs(String exporter) {
    logs = exporter;
  }

  /** How log records leave: {@code forward}, {@code otlp}, {@code none}, … */
  static String logs() {
    return logs;
  }

  private AgentState() {}
}
