package io.vigia.collector.receive.spill;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.Intake;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.MalformedOtlpException;
import io.vigia.collector.otlp.OtlpValidator;
import io.vigia.collector.receive.Polling;
import io.vigia.collector.receive.Receiver;
import io.vigia.collector.receive.forward.MalformedForwardException;
import io.vigia.collector.receive.forward.PackedEntries;
import io.vigia.collector.receive.forward.PackedEntries.OtlpLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks into a spill directory from time to time and delivers what it finds: a file is deleted when
 * the intake has made it durable. A crash between the two delivers that file twice. Thread-safe.
 */
public final class SpillReceiver implements Receiver {
  /** In the envelope, and in metrics. */
  public static final String NAME = "spill";

  private static final Logger log = LoggerFactory.getLogger(SpillReceiver.class);

  /** Fluency's tag for what the agent spills; the file does not have it. */
  private static final String FORWARD_TAG = "vigia.logs";

  private static final Map<String, Signal> OTLP =
      Map.of("traces", Signal.TRACES, "metrics", Signal.METRICS, "logs", Signal.LOGS);

  private final Path root;
  private final SpillDirectory directory;
  private final Intake intake;
  private final CollectorMetrics metrics;
  private final long intervalMillis;
  private final String notDelivered;
  private final OtlpValidator validator = new OtlpValidator();
  private final Polling polling = new Polling("vigia-spill", log);
  private long pauseMillis;

  private SpillReceiver(Builder builder) {
    this.root = Objects.requireNonNull(builder.directory, "directory");
    this.directory = new SpillDirectory(root, builder.quietMillis);
    this.intake = Objects.requireNonNull(builder.intake, "intake");
    this.metrics = builder.metrics;
    this.intervalMillis = builder.intervalMillis;
    this.notDelivered = "what agents left in " + root + " is not delivered";
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void start() {
    polling.start(this::run);
  }

  private void run() {
    while (!polling.isStopping()) {
      pauseMillis = intervalMillis;
      try {
        directory.drain(new Delivering());
        polling.works(root + " can be read again");
      } catch (IOException | RuntimeException | Error e) { // else it was the last time
        polling.fails(notDelivered, e);
      }
      polling.pause(pauseMillis);
    }
  }

  /** Hands one file after the other to the intake, and waits for it. */
  private final class Delivering implements SpillDirectory.Reader {
    @Override
    public SpillDirectory.Verdict read(String stream, byte[] payload) {
      if (polling.isStopping()) {
        return SpillDirectory.Verdict.LATER;
      }
      try {
        Signal otlp = OTLP.get(stream);
        if (otlp != null) {
          int items = validator.validate(otlp, payload, 0, payload.length);
          return accept(otlp, ByteBuffer.wrap(payload), items);
        }
        if (stream.equals("forward")) {
          OtlpLogs logs = PackedEntries.toOtlp(FORWARD_TAG, payload, metrics);
          return accept(Signal.LOGS, logs.request(), logs.items());
        }
      } catch (MalformedOtlpException | MalformedForwardException e) {
        log.debug("{}", e.toString());
      }
      return SpillDirectory.Verdict.DAMAGED;
    }

    @Override
    public void aside(Path file, String reason) {
      metrics.malformed(NAME, reason);
      log.warn("{} is not what an agent spills ({}); see {}", file, reason, SpillDirectory.ASIDE);
    }
  }

  private SpillDirectory.Verdict accept(Signal kind, ByteBuffer request, int items) {
    if (items == 0) {
      return SpillDirectory.Verdict.TAKEN;
    }
    try {
      intake.accept(new Batch(kind, items, Envelope.now(NAME, ""), request)).get();
      return SpillDirectory.Verdict.TAKEN;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IntakeException.Rejected rejected) {
        log.debug("{}", rejected.toString());
        // the intake counted it; nothing is wrong with it, so it is no more kept than a sender's
        return rejected.reason().equals("no_destination")
            ? SpillDirectory.Verdict.TAKEN
            : SpillDirectory.Verdict.DAMAGED;
      }
      if (e.getCause() instanceof IntakeException.Overloaded overloaded) {
        pauseMillis = Math.max(pauseMillis, overloaded.retryAfterMillis());
      }
      return SpillDirectory.Verdict.LATER;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return SpillDirectory.Verdict.LATER;
    }
  }

  /** Begins no other file; the one that is with the intake is waited for by {@link #close}. */
  @Override
  public void drain() {
    polling.stop();
  }

  @Override
  public void close() {
    polling.close();
  }

  /** Not thread-safe. */
  public static final class Builder {
    private @Nullable Path directory;
    private @Nullable Intake intake;
    private CollectorMetrics metrics = CollectorMetrics.NOOP;
    private long intervalMillis = 5_000;
    private long quietMillis = 2_000;

    private Builder() {}

    /** What the agents have as {@code VIGIA_SPILL_DIR}. It need not exist yet. */
    public Builder directory(Path directory) {
      this.directory = directory;
      return this;
    }

    public Builder intake(Intake intake) {
      this.intake = intake;
      return this;
    }

    public Builder metrics(CollectorMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /** Between two looks into the directory; default 5 s. */
    public Builder intervalMillis(long millis) {
      this.intervalMillis = millis;
      return this;
    }

    /** How long a process's directory must have been unchanged; default 2 s. */
    Builder quietMillis(long millis) {
      this.quietMillis = millis;
      return this;
    }

    public SpillReceiver build() {
      return new SpillReceiver(this);
    }
  }
}
