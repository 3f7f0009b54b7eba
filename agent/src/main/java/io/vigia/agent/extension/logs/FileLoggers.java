package io.vigia.agent.extension.logs;

import io.vigia.agent.boot.AppLoggers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The loggers that print nothing, because all that they log goes to files: an audit log, an access
 * log. Nobody who reads stdout ever finds it there. Thread-safe.
 */
final class FileLoggers {

  /** For so long an answer counts: a configuration may be changed while the application runs. */
  private static final long LOOK_AGAIN_NANOS = 5_000_000_000L;

  private static final int MAX_KNOWN = 20_000;

  /** Upstream's name for the logger without one. */
  private static final String ROOT = "ROOT";

  private final Function<String, List<Object>> loggers;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private static final class Known {
    private final boolean isFile;
    private final long sinceNanos = System.nanoTime();

    Known(boolean isFile) {
      this.isFile = isFile;
    }

    boolean isOld() {
      return System.nanoTime() - sinceNanos > LOOK_AGAIN_NANOS;
    }
  }

  FileLoggers() {
    this(AppLoggers::named);
  }

  /**
   * @param loggers gives those of a name, in all web applications
   */
  FileLoggers(Function<String, List<Object>> loggers) {
    this.loggers = loggers;
  }

  /** Whether there is a logger of this name, and each writes to files and nowhere else. */
  boolean contains(String name) {
    Known answer = known.get(name);
    if (answer == null || answer.isOld()) {
      answer = new Known(look(name));
      if (known.size() < MAX_KNOWN || known.containsKey(name)) {
        known.put(name, answer);
      }
    }
    return answer.isFile;
  }

  private boolean look(String name) {
    List<Object> all = loggers.apply(name);
    if (all.isEmpty() && name.equals(ROOT)) {
      all = loggers.apply("");
    }
    for (Object logger : all) {
      if (!LoggerSinks.areFiles(logger)) {
        return false;
      }
    }
    return !all.isEmpty();
  }
}
