package io.vigia.agent.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * Addresses of hosts. What is this machine is not looked up (RFC 6761 section 6.3): a name server
 * may hang, and the first look-up in a JVM fixes how long all of them are remembered ({@code
 * networkaddress.cache.ttl}), which many an application sets in its {@code main}, when the agent
 * has long begun.
 */
public final class HostLookup {

  /** proc(5): what gethostname(2) says. */
  private static final Path HOST_NAME = Paths.get("/proc/sys/kernel/hostname");

  private static final byte[] IPV4 = {127, 0, 0, 1};
  private static final byte[] IPV6 = new byte[16];

  static {
    IPV6[15] = 1;
  }

  /**
   * At least one; may block for as long as a name server takes.
   *
   * @throws UnknownHostException if there is none
   */
  public static InetAddress[] all(String host) throws UnknownHostException {
    if (!isThisMachine(host)) {
      return InetAddress.getAllByName(host);
    }
    InetAddress first = InetAddress.getByAddress(host, IPV4);
    return Boolean.getBoolean("java.net.preferIPv4Stack")
        ? new InetAddress[] {first}
        : new InetAddress[] {first, InetAddress.getByAddress(host, IPV6)};
  }

  /**
   * In place of {@link InetAddress#getLocalHost}, which looks its own name up, for upstream's
   * {@code host.name} (the build has it call this): right in its name only.
   */
  public static InetAddress thisHost() throws UnknownHostException {
    try {
      String name = new String(Files.readAllBytes(HOST_NAME), StandardCharsets.UTF_8).trim();
      if (!name.isEmpty()) {
        return InetAddress.getByAddress(name, IPV4);
      }
    } catch (IOException | SecurityException e) {
      // not Linux, or it may not be read
    }
    return InetAddress.getLocalHost();
  }

  /** Whether no name server is asked for it. */
  public static boolean isThisMachine(String host) {
    return host.equalsIgnoreCase("localhost");
  }

  /** For libraries that look up by themselves: this machine's address in place of its name. */
  public static String withoutLookup(String host) {
    return isThisMachine(host) ? "127.0.0.1" : host;
  }

  private HostLookup() {}
}
