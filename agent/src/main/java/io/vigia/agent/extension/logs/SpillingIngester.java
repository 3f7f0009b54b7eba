package io.vigia.agent.extension.logs;

import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import io.vigia.agent.boot.HostLookup;
import io.vigia.agent.extension.export.ExitBudget;
import io.vigia.agent.extension.export.Exports;
import io.vigia.agent.extension.export.Outbox;
import io.vigia.agent.extension.export.Resolver;
import io.vigia.agent.extension.export.WriteDeadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.komamitsu.fluency.fluentd.ingester.FluentdIngester;
import org.komamitsu.fluency.fluentd.ingester.sender.TCPSender;
import org.komamitsu.fluency.ingester.Ingester;
import org.komamitsu.fluency.ingester.sender.Sender;
import org.msgpack.core.buffer.MessageBuffer;

/**
 * Stands between Fluency's buffer and its network part: a chunk that is not acknowledged goes to
 * the {@link Outbox} instead of back into the buffer, so memory stays free during an outage and
 * nothing is left in it at exit. One attempt each, because the outbox has the retries.
 */
final class SpillingIngester implements Ingester {

  private static final int CONNECT_TIMEOUT_MILLIS = 1_000;

  /** Longer than a collector needs to put a chunk on disk, even a slow one. */
  private static final int ACK_TIMEOUT_MILLIS = 5_000;

  /** All of it, so more than the two above together. */
  private static final int DELIVERY_MILLIS = 10_000;

  private final String host;
  private final int port;
  private final Outbox outbox;
  private final Object deliveringLock = new Object();
  private @Nullable Thread delivering;
  private @Nullable FluentdIngester network;

  SpillingIngester(String host, int port) {
    this.host = host;
    this.port = port;
    this.outbox = Exports.outbox("forward", this::deliver);
    ExitBudget.onSpent(this::abort);
  }

  @Override
  public void ingest(String tag, ByteBuffer chunk) {
    byte[] bytes = new byte[chunk.remaining()];
    chunk.get(bytes);
    outbox.send(bytes);
  }

  private void deliver(byte[] chunk) throws IOException {
    // bounded here; Fluency finds the answer in the JVM's cache
    Resolver.resolve(host, CONNECT_TIMEOUT_MILLIS);
    ingestUnlessSpent(chunk);
  }

  /** Not while it is closed: what is sent then is not acknowledged, and comes twice. */
  private synchronized void ingestUnlessSpent(byte[] chunk) throws IOException {
    FluentdIngester current = network();
    setDelivering(Thread.currentThread());
    // Fluency's time-outs are for connecting and for the acknowledgement
    WriteDeadline deadline = WriteDeadline.start(this::abort, chunk.length, DELIVERY_MILLIS);
    try {
      if (ExitBudget.isSpent()) { // abort() may have come before
        throw new IOException("the process ends");
      }
      current.ingest(FluencySender.TAG, ByteBuffer.wrap(chunk));
    } catch (IOException e) {
      throw deadline.cause(e);
    } finally {
      deadline.close();
      setDelivering(null);
      // set by abort() too late: it must not hit the file that the chunk is written to
      Thread.interrupted();
    }
  }

  private void setDelivering(@Nullable Thread thread) {
    synchronized (deliveringLock) {
      delivering = thread;
    }
  }

  /** Ends the wait for an acknowledgement. */
  private void abort() {
    synchronized (deliveringLock) {
      if (delivering != null) {
        Daemon.interrupt(delivering);
      }
    }
  }

  private synchronized FluentdIngester network() {
    FluentdIngester current = network;
    if (current == null) {
      Buffers.load();
      TCPSender.Config sender = new TCPSender.Config();
      sender.setHost(HostLookup.withoutLookup(host));
      sender.setPort(port);
      sender.setConnectionTimeoutMilli(CONNECT_TIMEOUT_MILLIS);
      sender.setReadTimeoutMilli(ACK_TIMEOUT_MILLIS);
      // everything sent is acknowledged, so there is nothing to wait for before closing
      sender.setWaitBeforeCloseMilli(0);
      FluentdIngester.Config config = new FluentdIngester.Config();
      config.setAckResponseMode(true);
      current = new FluentdIngester(config, new TCPSender(sender, null));
      network = current;
    }
    return current;
  }

  @Override
  public Sender getSender() {
    return network().getSender();
  }

  @Override
  public synchronized void close() throws IOException {
    FluentdIngester current = network;
    if (current != null) {
      network = null; // it may be asked for again
      current.close();
    }
  }

  /**
   * MessagePack's library, without the way of reading memory of which JVMs from 24 on warn on the
   * application's stderr (JEP 498). It asks a property once, which then is the application's again.
   */
  private static final class Buffers {
    private static final String WITHOUT_UNSAFE = "msgpack.universal-buffer";

    static {
      try {
        String before = System.getProperty(WITHOUT_UNSAFE);
        System.setProperty(WITHOUT_UNSAFE, "true");
        MessageBuffer.wrap(new byte[0]);
        if (before == null) {
          System.clearProperty(WITHOUT_UNSAFE);
        } else {
          System.setProperty(WITHOUT_UNSAFE, before);
        }
      } catch (SecurityException e) {
        Console.debug(() -> WITHOUT_UNSAFE + ": " + e);
      }
    }

    static void load() {
      // once, by the JVM
    }
  }
}
