package io.vigia.collector.pipeline;

import io.vigia.collector.core.LogStatus;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogReader;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The disk logs of the signals that some destination takes. Read by any thread. */
final class SignalLogs {
  private static final Logger LOG = LoggerFactory.getLogger(SignalLogs.class);

  private final Map<Signal, DiskLog> logs = new ConcurrentHashMap<>();
  private final Function<Signal, DiskLog> maker;
  private final Started whenStarted;

  /** Told of each log before anything is written to it. */
  interface Started {
    void started(DiskLog log) throws IOException;
  }

  /**
   * @param maker of a log that is not started
   */
  SignalLogs(Function<Signal, DiskLog> maker, Started whenStarted) {
    this.maker = maker;
    this.whenStarted = whenStarted;
  }

  /** To be started by {@link #start}. */
  void make(List<Signal> signals) {
    signals.forEach(signal -> logs.computeIfAbsent(signal, maker));
  }

  void start() throws IOException {
    for (DiskLog log : logs.values()) {
      log.start();
      whenStarted.started(log);
    }
  }

  /** Starts those that are not there yet. */
  void startMissing(List<Signal> signals) throws IOException {
    for (Signal signal : signals) {
      if (!logs.containsKey(signal)) {
        DiskLog log = maker.apply(signal);
        try {
          log.start();
          whenStarted.started(log);
        } catch (IOException | RuntimeException | Error e) {
          log.close();
          throw e;
        }
        logs.put(signal, log);
      }
    }
  }

  void closeUnused(Predicate<Signal> used) {
    for (DiskLog log : List.copyOf(logs.values())) {
      if (!used.test(log.signal())) {
        logs.remove(log.signal());
        log.close();
      }
    }
  }

  DiskLog get(Signal signal) {
    return Objects.requireNonNull(logs.get(signal));
  }

  Collection<DiskLog> all() {
    return logs.values();
  }

  /** By signal; changes as they do. */
  Map<Signal, DiskLog> bySignal() {
    return logs;
  }

  /**
   * @param failure why nothing can be written to any of them, or null
   */
  List<LogStatus> status(@Nullable String failure) {
    return logs.values().stream().map(log -> status(log, failure)).toList();
  }

  private static LogStatus status(DiskLog log, @Nullable String failure) {
    long oldest = 0;
    try (LogReader reader = log.peekingReader(log.oldest())) {
      oldest = reader.peekReceiveTimeUnixNanos();
    } catch (IOException e) {
      LOG.debug("cannot look at the oldest record", e);
    }
    return new LogStatus(
        log.signal(),
        log.bytes(),
        log.allowedBytes(),
        log.segments(),
        log.oldest().sequence(),
        log.end().sequence(),
        log.end().items(),
        oldest,
        failure == null ? log.failure() : failure);
  }

  void stopAccepting() {
    logs.values().forEach(DiskLog::stopAccepting);
  }

  void close() {
    logs.values().forEach(DiskLog::close);
  }
}
