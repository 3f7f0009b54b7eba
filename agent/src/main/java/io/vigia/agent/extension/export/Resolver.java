package io.vigia.agent.extension.export;

import io.vigia.agent.boot.Daemon;
import io.vigia.agent.boot.HostLookup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks host names up without ever waiting longer than told: a name server that does not answer
 * holds {@link InetAddress} for many seconds and cannot be interrupted. Thread-safe.
 */
public final class Resolver {

  /** The lookup itself; may block. */
  interface Lookup {
    InetAddress[] find(String host) throws UnknownHostException;
  }

  private static final int STEP_MILLIS = 50;

  /**
   * All addresses of a host, at least one.
   *
   * @throws IOException when there is none in time, or the exit has no time left for it
   */
  public static InetAddress[] resolve(String host, int timeoutMillis) throws IOException {
    return resolve(host, timeoutMillis, HostLookup::all);
  }

  /** Whether it is neither an address nor this machine. */
  public static boolean isForNameServers(String host) {
    return host.indexOf(':') < 0 && !host.matches("[0-9.]+") && !HostLookup.isThisMachine(host);
  }

  static InetAddress[] resolve(String host, int timeoutMillis, Lookup lookup) throws IOException {
    if (!isForNameServers(host)) {
      return lookup.find(host);
    }
    FutureTask<InetAddress[]> task = new FutureTask<>(() -> lookup.find(host));
    Daemon.start("vigia-lookup", task);
    long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
    while (System.nanoTime() - deadline < 0 && !ExitBudget.isSpent()) {
      try {
        return task.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        continue;
      } catch (ExecutionException e) {
        throw new UnknownHostException(host);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while looking up " + host, e);
      }
    }
    throw new UnknownHostException(host + " (the name server does not answer)");
  }

  private Resolver() {}
}
