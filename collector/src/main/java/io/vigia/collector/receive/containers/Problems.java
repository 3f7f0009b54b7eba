package io.vigia.collector.receive.containers;

import io.vigia.collector.core.CollectorMetrics;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts every problem, and says each kind once until it is over. Not thread-safe. */
final class Problems {
  private static final Logger log = LoggerFactory.getLogger(ContainerLogReceiver.class);

  private final CollectorMetrics metrics;
  private final Set<String> said = new HashSet<>();
  private final Set<String> met = new HashSet<>();

  Problems(CollectorMetrics metrics) {
    this.metrics = metrics;
  }

  /** A file or directory cannot be read. One that is gone meanwhile is no problem. */
  void reading(Path path, IOException e) {
    if (!(e instanceof NoSuchFileException)) {
      boolean denied = e instanceof AccessDeniedException;
      count(
          denied ? "denied" : "unreadable",
          path
              + (denied ? " may not be read by this user; run as uid 0" : " cannot be read: " + e)
              + "; it is tried again");
    }
  }

  /** A file that was listed is not there: gone meanwhile, which is no problem, or only a link. */
  void missing(Path path) {
    if (Files.isSymbolicLink(path)) {
      count(
          "unreadable",
          path
              + " is a link to what is not there for this process; mount that, too (Docker keeps its"
              + " logs in /var/lib/docker/containers)");
    }
  }

  void count(String reason, String message) {
    metrics.malformed(ContainerLogReceiver.NAME, reason);
    met.add(reason);
    if (said.add(reason)) {
      log.warn("{} (later ones are only counted, as {})", message, reason);
    }
  }

  /** A look is over: what was not met in it is said again when it comes back. */
  void lookDone() {
    said.retainAll(met);
    met.clear();
  }
}
