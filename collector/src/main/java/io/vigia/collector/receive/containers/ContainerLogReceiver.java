package io.vigia.collector.receive.containers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.core.UnixTime;
import io.vigia.collector.receive.Polling;
import io.vigia.collector.receive.Receiver;
import io.vigia.collector.receive.containers.Series.Container;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the logs of this node's containers. How far is remembered on disk only after the intake has
 * made it durable: after a crash the last lines come again, after a clean stop each comes once.
 * Thread-safe.
 */
public final class ContainerLogReceiver implements Receiver {
  /** In the envelope, and in metrics. */
  public static final String NAME = "containers";

  private static final Logger log = LoggerFactory.getLogger(ContainerLogReceiver.class);
  private static final int SEEN_BYTES = 64 << 10;

  /** A crash brings back what was delivered since the last time. */
  private static final long SAVE_INTERVAL_NANOS = 1_000_000_000L;

  private final Path root;
  private final CollectorMetrics metrics;
  private final long intervalMillis;
  private final String notRead;
  private final LongSupplier nowUnixNanos;
  private final Positions positions;
  private final Problems problems;
  private final PodLogs pods;
  private final Delivery delivery;
  private final SeriesReader reader;
  private final Polling polling = new Polling("vigia-containers", log);
  private volatile Map<Container, Path> reading = Map.of();
  private volatile boolean looked;

  /** Whether there is so much to read that what came since the last look is not known. */
  private volatile boolean behind;

  /** What there was at the last look. */
  private List<Series> all = List.of();

  private long savedNanos = System.nanoTime();

  private ContainerLogReceiver(Builder builder) {
    this.root = Objects.requireNonNull(builder.directory, "directory");
    this.metrics = builder.metrics;
    this.intervalMillis = builder.intervalMillis;
    this.notRead = "%s is not read, tried again every %d ms".formatted(root, intervalMillis);
    this.nowUnixNanos = builder.nowUnixNanos;
    this.positions = new Positions(Objects.requireNonNull(builder.state, "state"));
    this.problems = new Problems(metrics);
    this.pods = new PodLogs(root, builder::wants, positions::of, problems);
    this.delivery =
        new Delivery(
            Objects.requireNonNull(builder.intake, "intake"), metrics, this::waitForIntake);
    this.reader =
        new SeriesReader(
            builder.joinStackTraces,
            builder.maxEventBytes,
            builder.waits,
            builder.nowUnixNanos,
            problems,
            delivery);
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void start() {
    polling.start(this::run);
  }

  private void run() {
    try {
      do {
        try {
          if (look()) {
            polling.works(root + " is read");
          } else {
            polling.fails(notRead + ": another collector with the same data directory reads them");
          }
        } catch (IOException | RuntimeException | Error e) { // else it was the last time
          looked = true; // agents need not wait
          polling.fails(notRead, e);
        }
      } while (polling.pause(intervalMillis));
    } catch (Delivery.StoppedException e) {
      // what was not delivered is read again at the next start
    } finally {
      reading = Map.of();
      looked = false;
      positions.close();
    }
  }

  /**
   * One look at everything: reads until nothing is left, and remembers how far.
   *
   * @return false when another process does
   */
  boolean look() throws IOException, Delivery.StoppedException {
    long beganMillis = nowMillis();
    if (!positions.open(beganMillis)) {
      return false;
    }
    delivery.reset();
    all = pods.look();
    Map<Container, Path> written = new HashMap<>();
    for (Series series : all) {
      series.progress().seen(beganMillis);
      if (!series.files().isEmpty()) { // the last series of a container is its last run
        List<LogFile> files = series.files();
        written.put(series.container(), files.get(files.size() - 1).path());
      }
    }
    reading = written;
    looked = true;
    behind = false;
    try {
      for (List<Series> round = all; !round.isEmpty() && !polling.isStopping(); ) {
        List<Series> more = new ArrayList<>();
        for (Series series : round) {
          if (reader.turn(series)) {
            more.add(series);
          }
        }
        delivery.deliver();
        saveNowAndThen();
        round = more;
        behind |= !more.isEmpty();
      }
    } finally {
      save();
      problems.lookDone();
      tellHowFarBehind();
    }
    return true;
  }

  private void tellHowFarBehind() {
    long bytes = all.stream().mapToLong(Series::lagBytes).sum();
    metrics.behind(NAME, bytes, all.stream().mapToInt(series -> series.files().size()).sum());
  }

  /** The intake refuses, perhaps for days: what the files keep meanwhile is told. */
  private boolean waitForIntake(long millis) {
    behind = true;
    tellHowFarBehind();
    return polling.pause(millis);
  }

  private long nowMillis() {
    return nowUnixNanos.getAsLong() / 1_000_000L;
  }

  private void saveNowAndThen() throws IOException {
    if (System.nanoTime() - savedNanos > SAVE_INTERVAL_NANOS) {
      save();
    }
  }

  private void save() throws IOException {
    if (positions.isChanged()) {
      long nowMillis = nowMillis(); // a look may have taken days, or the clock was put forward
      all.forEach(series -> series.progress().seen(nowMillis));
      positions.save(nowMillis);
    }
    savedNanos = System.nanoTime();
  }

  /** Whether the logs of this container are read now. Thread-safe. */
  public boolean reads(String podUid, String container) {
    return !files(podUid, container).isEmpty();
  }

  /** Of the whole pod when no container of it has that name: agents guess it. */
  private List<Path> files(String podUid, String container) {
    List<Path> named = files(podUid, key -> key.name().equals(container));
    return named.isEmpty() ? files(podUid, key -> true) : named;
  }

  private List<Path> files(String podUid, Predicate<Container> wanted) {
    return reading.entrySet().stream()
        .filter(each -> each.getKey().uid().equals(podUid) && wanted.test(each.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Whether it is known yet what is read. Thread-safe. */
  boolean hasLooked() {
    return looked;
  }

  /**
   * Whether the logs of a pod that is not read are there, and will be read when what was there
   * before is. Thread-safe; reads directories.
   */
  boolean willRead(String podUid) {
    return pods.has(podUid);
  }

  /** Whether there may be pods that it has not seen yet. Thread-safe. */
  boolean isBehind() {
    return behind;
  }

  /** Whether the text is in what this container wrote last. Thread-safe; reads 64 KiB at most. */
  boolean hasSeen(String podUid, String container, String text) {
    for (Path file : files(podUid, container)) {
      try (FileChannel channel = FileChannel.open(file)) {
        ByteBuffer tail = ByteBuffer.allocate(SEEN_BYTES);
        channel.position(Math.max(0, channel.size() - SEEN_BYTES));
        while (tail.hasRemaining() && channel.read(tail) > 0) {
          // until there is no more
        }
        if (new String(tail.array(), 0, tail.position(), UTF_8).contains(text)) {
          return true;
        }
      } catch (IOException e) {
        log.debug("{}", e.toString()); // the next question may find it
      }
    }
    return false;
  }

  /** Reads no more; what is with the intake is waited for by {@link #close}. */
  @Override
  public void drain() {
    polling.stop();
  }

  @Override
  public void close() {
    polling.close();
    if (!polling.isStarted()) {
      positions.close();
    }
  }

  /**
   * Collects what the receiver needs; {@code directory}, {@code state}, {@code intake} required.
   */
  public static final class Builder {
    private @Nullable Path directory;
    private @Nullable Path state;
    private @Nullable Intake intake;
    private CollectorMetrics metrics = CollectorMetrics.NOOP;
    private long intervalMillis = 1_000;
    private boolean joinStackTraces = true;
    private int maxEventBytes = 256 << 10;
    private Predicate<String> excluded = name -> false;
    private @Nullable String ownPod;
    private SeriesReader.Waits waits = SeriesReader.Waits.DEFAULT;
    private LongSupplier nowUnixNanos = UnixTime::nowNanos;

    private Builder() {}

    private boolean wants(Container container) {
      return !container.pod().equals(ownPod) && !excluded.test(container.toString());
    }

    /** Of the kubelet: {@code /var/log/pods}. It need not exist yet. */
    public Builder directory(Path directory) {
      this.directory = directory;
      return this;
    }

    /** Where it is remembered how far the logs were read. One process at a time has it. */
    public Builder state(Path state) {
      this.state = state;
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

    /** Between two looks; default 1 s. */
    public Builder intervalMillis(long millis) {
      this.intervalMillis = millis;
      return this;
    }

    /** Whether a Java stack trace is one event with its log line; default true. */
    public Builder joinStackTraces(boolean join) {
      this.joinStackTraces = join;
      return this;
    }

    /** What is longer is cut; default 256 KiB. */
    public Builder maxEventBytes(int bytes) {
      this.maxEventBytes = bytes;
      return this;
    }

    /** Containers, as {@code namespace/pod/container}, that are not read; default none. */
    public Builder excluded(Predicate<String> excluded) {
      this.excluded = excluded;
      return this;
    }

    /** The name of the pod that this process runs in: what it says of itself is not read. */
    public Builder ownPod(@Nullable String name) {
      this.ownPod = name;
      return this;
    }

    Builder waits(SeriesReader.Waits waits) {
      this.waits = waits;
      return this;
    }

    Builder nowUnixNanos(LongSupplier now) {
      this.nowUnixNanos = now;
      return this;
    }

    public ContainerLogReceiver build() {
      return new ContainerLogReceiver(this);
    }
  }
}
