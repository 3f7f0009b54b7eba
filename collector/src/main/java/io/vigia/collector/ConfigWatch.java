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

  private final Collector collector;
  private final ConfigOption option;
  private final Semaphore hangups = new Semaphore(0);
  private byte[] taken;
  private byte[] seen;

  ConfigWatch(Collector collector, ConfigOption option) {
    this.collector = collector;
    this.option = option;
    taken = content();
    seen = taken;
  }

  /** Runs until interrupted. */
  void run() throws InterruptedException {
    try {
      Hangup.onSignal(hangups::release);
    } catch (IllegalArgumentException | LinkageError e) {
      log.info("no SIGHUP here ({}); the file is watched", e.toString());
    }
    while (true) {
      boolean told = hangups.tryAcquire(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
      hangups.drainPermits();
      try {
        look(told);
      } catch (RuntimeException | Error e) { // without this thread the process ends
        log.error("the configuration could not be changed", e);
      }
    }
  }

  private void look(boolean told) {
    byte[] now = content();
    boolean settled = Arrays.equals(now, seen);
    seen = now;
    if (told || (settled && now.length > 0 && !Arrays.equals(now, taken))) {
      taken = now;
      reload();
    }
  }

  private void reload() {
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
