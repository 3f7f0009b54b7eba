package io.vigia.tests.oracle;

import io.grpc.StatusRuntimeException;
import io.vigia.tests.client.ForwardClient;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One client that numbers its events and writes down what was acknowledged, through every kill of
 * the collector. Runs until interrupted.
 */
final class Sender implements Runnable {
  /** How it sends. */
  enum Kind {
    FORWARD,
    OTLP_LOGS,
    OTLP_SPANS,
    OTLP_METRICS
  }

  private static final int ACK_LIMIT_MILLIS = 10_000;

  private final Kind kind;
  private final int number;
  private final int port;
  private final Ledger ledger;
  private final Random random;
  private long next = 1;
  private @Nullable ForwardClient forward;

  Sender(Kind kind, int number, int port, Ledger ledger, long seed) {
    this.kind = kind;
    this.number = number;
    this.port = port;
    this.ledger = ledger;
    this.random = new Random(seed + number);
  }

  @Override
  public void run() {
    try (OtlpClient otlp = new OtlpClient(port, ACK_LIMIT_MILLIS)) {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          sendOne(otlp);
          // the pace of a client; a millisecond at least, because points of a series must differ in
          // it
          Thread.sleep(5 + random.nextInt(60));
        } catch (IOException | StatusRuntimeException e) {
          ledger.notAcknowledged();
          closeForward();
          Thread.sleep(50 + random.nextInt(100));
        }
      }
    } catch (InterruptedException e) {
      // told to end
    } finally {
      closeForward();
    }
  }

  private void sendOne(OtlpClient otlp) throws IOException {
    switch (kind) {
      case FORWARD -> {
        List<String> ids = ids(1 + random.nextInt(100));
        forward().send("oracle", "c" + number + "-" + next, events(ids));
        ledger.acknowledgedLogs(ids);
      }
      case OTLP_LOGS -> {
        List<String> ids = ids(1 + random.nextInt(100));
        otlp.send(Otlp.logs("oracle", ids));
        ledger.acknowledgedLogs(ids);
      }
      case OTLP_SPANS -> {
        List<long[]> ids = new ArrayList<>();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
          ids.add(new long[] {0x0ac1e000L + number, next++});
        }
        otlp.send(Otlp.spans("oracle", ids));
        ledger.acknowledgedTraces(ids);
      }
      case OTLP_METRICS -> {
        Ledger.Sample sample = new Ledger.Sample("oracle_" + number + "_total", next++);
        otlp.send(Otlp.counter("oracle", "oracle." + number, sample.value()));
        ledger.acknowledgedSample(sample);
      }
    }
  }

  private List<String> ids(int count) {
    List<String> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add("c" + number + "-" + next++);
    }
    return ids;
  }

  private static List<Map<String, String>> events(List<String> ids) {
    return ids.stream().map(id -> Map.of("message", id)).toList();
  }

  private ForwardClient forward() throws IOException {
    ForwardClient open = forward;
    if (open == null) {
      open = new ForwardClient(port, ACK_LIMIT_MILLIS);
      forward = open;
    }
    return open;
  }

  private void closeForward() {
    if (forward != null) {
      try {
        forward.close();
      } catch (IOException e) {
        // it is of no use any more
      }
      forward = null;
    }
  }
}
