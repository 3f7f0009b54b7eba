package io.vigia.agent.extension;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Shipping;
import io.vigia.agent.extension.resource.ServiceIdentity;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the parts that the SDK creates by name learn from each other during start. Written by the
 * starting thread, read by the verdict.
 */
final class AgentState {

  private static @Nullable CollectorAddress address;
  private static boolean isUnreadable;
  private static volatile @Nullable ServiceIdentity identity;
  private static volatile @Nullable Shipping shipping;

  /** Found once; an address that cannot be read is reported and localhost taken instead. */
  static synchronized CollectorAddress address() {
    return foundOnce(CollectorAddress::find);
  }

  private static CollectorAddress foundOnce(Supplier<CollectorAddress> search) {
    CollectorAddress found = address;
    if (found == null) {
      try {
        found = search.get();
      } catch (CollectorAddress.UnreadableForwardException e) {
        found = e.withoutIt();
        Console.say(e.getMessage() + "; using " + found.forward());
      } catch (IllegalArgumentException e) {
        Console.say(e.getMessage() + "; using localhost");
        isUnreadable = true;
        found = CollectorAddress.find(name -> null, name -> null);
      }
      address = found;
    }
    return found;
  }

  /** The same for a configuration in YAML, in whose place upstream's settings do not count. */
  static synchronized CollectorAddress addressOfDeclared() {
    return foundOnce(CollectorAddress::findWithoutUpstreams);
  }

  /** An endpoint that an extension sets goes before the default. */
  static synchronized void configured(@Nullable String endpoint) {
    CollectorAddress found = address();
    boolean isDefault = endpoint == null || endpoint.equals(found.otlp().toString());
    if (isDefault || isUnreadable || !found.source().equals("default")) {
      return;
    }
    try {
      address = CollectorAddress.find(endpoint);
    } catch (CollectorAddress.UnreadableForwardException e) {
      address = e.withoutIt();
    } catch (IllegalArgumentException e) {
      Console.say(e.getMessage() + "; using localhost");
    }
  }

  static void identity(ServiceIdentity found) {
    identity = found;
  }

  static @Nullable ServiceIdentity identity() {
    return identity;
  }

  static void shipping(Shipping decided) {
    shipping = decided;
  }

  /** {@code null} before the SDK is configured, or when it is disabled. */
  static @Nullable Shipping shipping() {
    return shipping;
  }

  private AgentState() {}
}
