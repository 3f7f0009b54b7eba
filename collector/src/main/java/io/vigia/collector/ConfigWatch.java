package io.vigia.collector;

import io.vigia.collector.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again on SIGHUP, and when the content of its file changes: looked at
 * every second, taken when it was the same twice, so that a file is not read half written. A
 * mounted Kubernetes ConfigMap changes by its links, which file events do not show reliably.
 */
final class ConfigWatch {
  private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);
  private static final long INTERVAL_MILLIS = 1_000;

  private final ConfigOption option;
  private final Semaphore hangups = new Semaphore(0);
  private byte[] taken;
  private byte[] seen;

  /** To be made before the file is read: what changes while the collector starts is a change. */
  ConfigWatch(ConfigOption option) {
    this.option = option;
    taken = content();
    seen = taken;
  }

  /** From now on SIGHUP is remembered until {@link #run}; before, it ends the process. */
  void listen() {
    try {
      Hangup.onSignal(hangups::release);
    } catch (IllegalArgumentException | LinkageError e) {
      log.info("no SIGHUP here ({}); the file is watched", e.toString());
    }
  }

  /** Runs until interrupted. */
  void run(Collector collector) throws InterruptedException {
    while (true) {
      boolean told = hangups.tryAcquire(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
      hangups.drainPermits();
      try {
        look(told, collector);
      } catch (RuntimeException | Error e) { // without this thread the process ends
        log.error("the configuration could not be changed", e);
      }
    }
  }

  private void look(boolean told, Collector collector) {
    byte[] now = content();
    boolean settled = Arrays.equals(now, seen);
    seen = now;
    if (told || (settled && now.length > 0 && !Arrays.equals(now, taken))) {
      taken = now;
      reload(collector);
    }
  }

  private void reload(Collector collector) {
    List<String> said;
    try {
      said = collector.reload(option.load());
    } catch (ConfigException e) {
      log.warn("the configuration of before stays: {}", e.getMessage());
      return;
    }
    if (said.isEmpty()) {
      log.info("configuration read again: nothing is different");
    }
    said.forEach(line -> log.info("configuration read again: {}", line));
  }

  /** Empty when there is no file, or it cannot be read just now. */
  private byte[] content() {
    @Nullable Path file = option.file;
    try {
      return file == null ? new byte[0] : Files.readAllBytes(file);
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
