package io.vigia.collector;

import io.vigia.collector.config.DestinationConfig;
import io.vigia.collector.core.Component;
import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.StateInUseException;
import io.vigia.collector.pipeline.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what another instance left behind in the same data directory: one that crashed and does
 * not come back, or whose successor has another name (a pod that was replaced). One directory at a
 * time, so that memory stays bounded; given back as soon as its owner asks for it; removed when
 * nothing in it is pending. What nobody here can deliver stays, and is said.
 */
final class Adoption implements Component {
  private static final Logger log = LoggerFactory.getLogger(Adoption.class);
  private static final long LOOK_INTERVAL_MILLIS = 500;

  /** More than giving a directory back takes. */
  private static final long CLOSE_MILLIS = 10_000;

  private final Instances instances;
  private final Supplier<List<DestinationConfig>> destinations;
  private final Exporters exporters;
  private final Supplier<Pipeline.Builder> builder;
  private final long awayMillis;
  private final Map<Path, String> said = new HashMap<>();
  private final Map<Path, Long> freeSince = new HashMap<>();

  /** What cannot be removed. */
  private final Map<Path, Kept> kept = new HashMap<>();

  /**
   * Why a directory stays, and what it takes to look at it again.
   *
   * @param destinations with which that was found out
   * @param changed when the directory was; a command, or its owner, works on it while it is
   *     nobody's
   */
  private record Kept(List<DestinationConfig> destinations, FileTime changed, String rest) {}

  /** What was said of the last look. */
  private @Nullable String failing;

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "vigia-adoption");
  private volatile @Nullable Adopted current;

  private record Adopted(
      Path directory, Pipeline pipeline, Delivery delivery, List<DestinationConfig> destinations) {
    String name() {
      return directory.getFileName().toString();
    }

    String label(String destination) {
      return destination + " (" + name() + ")";
    }
  }

  /**
   * @param builder of a pipeline like our own
   * @param awayMillis how long nobody must have held a directory (a restart is not a farewell); 0 =
   *     adopt nothing
   */
  Adoption(
      Instances instances,
      Supplier<List<DestinationConfig>> destinations,
      Exporters exporters,
      Supplier<Pipeline.Builder> builder,
      long awayMillis) {
    this.instances = instances;
    this.destinations = destinations;
    this.exporters = exporters;
    this.builder = builder;
    this.awayMillis = awayMillis;
  }

  @Override
  public void start() {
    if (awayMillis > 0) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    try {
      while (!stopped.await(LOOK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          Adopted now = current;
          if (now == null) {
            adoptOne();
          } else if (Files.exists(Instances.wanted(now.directory))
              || !now.destinations.equals(deliverable())) {
            letGo(now);
          } else if (drained(now)) {
            remove(now);
          }
          failing = null;
        } catch (IOException | RuntimeException | Error e) { // memory that ran out may be back
          if (!e.toString().equals(failing)) { // it is tried twice a second
            log.error("what another instance left cannot be looked at; trying on", e);
          }
          failing = e.toString();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void adoptOne() throws IOException {
    for (Path directory : instances.others()) {
      try {
        if (isLeft(directory) && !isKept(directory) && adopt(directory)) {
          return;
        }
      } catch (IOException e) { // closed to this user, perhaps; others are no worse for it
        say(directory, e.toString());
      }
    }
  }

  private boolean isKept(Path directory) throws IOException {
    Kept before = kept.get(directory);
    try {
      return before != null
          && before.destinations.equals(deliverable())
          && before.changed.equals(Instances.changed(directory));
    } catch (NoSuchFileException e) { // a command removes it just now
      return false;
    }
  }

  private boolean isLeft(Path directory) throws IOException {
    if (!Files.exists(directory.resolve("log")) || instances.isHeld(directory)) {
      freeSince.remove(directory);
      return false;
    }
    long since = freeSince.computeIfAbsent(directory, key -> System.nanoTime());
    return System.nanoTime() - since >= TimeUnit.MILLISECONDS.toNanos(awayMillis);
  }

  /** Once, until it is something else. */
  private void say(Path directory, String message) {
    if (!message.equals(said.put(directory, message))) {
      log.error("what instance {} left cannot be delivered: {}", directory.getFileName(), message);
    }
  }

  private boolean adopt(Path directory) {
    List<DestinationConfig> to = deliverable();
    Delivery delivery = new Delivery(exporters);
    Pipeline.Builder like = builder.get().directory(directory).reserveBytes(0);
    Pipeline pipeline = null;
    try {
      delivery.start(to, like);
      pipeline = like.build();
      instances.adopt(directory, pipeline);
      current = new Adopted(directory, pipeline, delivery, to);
      said.remove(directory);
      log.info("delivering what instance {} left: {}", directory.getFileName(), directory);
      return true;
    } catch (StateInUseException e) {
      // its owner was faster
    } catch (Exception | Error e) { // also memory that ran out: the directory is not kept
      say(directory, String.valueOf(e.getMessage()));
    }
    if (pipeline != null) {
      pipeline.close();
    }
    delivery.close();
    freeSince.remove(directory); // not again at every look
    return false;
  }

  /** Everything but scraping: that shows what is now, not what another one once received. */
  private List<DestinationConfig> deliverable() {
    return destinations.get().stream()
        .filter(each -> !(each instanceof DestinationConfig.Scrape))
        .toList();
  }

  private static boolean drained(Adopted adopted) {
    return adopted.pipeline.status().stream().allMatch(status -> status.pending() == 0);
  }

  private void letGo(Adopted adopted) throws IOException {
    log.info("instance {} is back, or destinations changed: letting go", adopted.name());
    instances.exclusively(() -> release(adopted));
    freeSince.remove(adopted.directory);
  }

  /** Only exclusively: who sees the directory in use must see by whom. */
  private void release(Adopted adopted) throws IOException {
    current = null;
    adopted.pipeline.close();
    adopted.delivery.close();
    Files.deleteIfExists(Instances.adopted(adopted.directory));
  }

  private void remove(Adopted adopted) throws IOException {
    Set<Signal> signals =
        adopted.pipeline.status().stream()
            .map(DestinationStatus::signal)
            .collect(Collectors.toSet());
    Set<String> names =
        destinations.get().stream().map(each -> each.common().name()).collect(Collectors.toSet());
    Set<String> withLetters =
        adopted.pipeline.deadLetterStatus().stream()
            .filter(letters -> letters.items() > 0)
            .map(DeadLetterStatus::destination)
            .collect(Collectors.toSet());
    instances.exclusively(
        () -> {
          release(adopted);
          String rest =
              String.join(", ", Instances.rest(adopted.directory, names, withLetters, signals));
          if (!rest.isEmpty()) {
            FileTime changed = Instances.changed(adopted.directory);
            Kept before =
                kept.put(adopted.directory, new Kept(adopted.destinations, changed, rest));
            if (before == null || !before.rest.equals(rest)) {
              log.warn(
                  "instance {}: {} stays, because of {}; remove it when nobody needs that",
                  adopted.name(),
                  adopted.directory,
                  rest);
            }
          } else if (!Files.exists(Instances.wanted(adopted.directory))) {
            kept.remove(adopted.directory);
            Instances.delete(adopted.directory);
            log.info("instance {}: all is delivered, its directory is removed", adopted.name());
          }
        });
  }

  /** Of the directory that is being drained, under names that say whose it is. */
  List<DestinationStatus> status() {
    Adopted now = current;
    if (now == null) {
      return List.of();
    }
    return now.pipeline.status().stream()
        .map(status -> status.withDestination(now.label(status.destination())))
        .toList();
  }

  /** As {@link #status}. */
  List<DeadLetterStatus> deadLetterStatus() {
    Adopted now = current;
    if (now == null) {
      return List.of();
    }
    return now.pipeline.deadLetterStatus().stream()
        .map(letters -> letters.withDestination(now.label(letters.destination())))
        .toList();
  }

  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join(CLOSE_MILLIS);
      if (thread.isAlive()) {
        log.warn(
            "what another instance left is not given back in order: a disk, or a process that holds"
                + " the lock of all instances, does not answer");
        return; // the end of this process lets go of it
      }
      Adopted now = current;
      if (now != null) {
        instances.exclusively(() -> release(now));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("closing: {}", e.toString());
    }
  }
}
