package io.vigia.collector.disklog;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Random histories of a log and a cursor on a failing disk, beside a model that is a list: what was
 * acknowledged must be read back in order, once, byte for byte; what was not may be there or not;
 * an id never names two things; the ledger balances at every moment.
 *
 * <p>More histories: {@code -Dvigia.model.tries=50} runs each one with that many disks.
 */
class LogModelTest {
  private static final Path DIRECTORY = Path.of("/log");
  private static final Path CURSOR = Path.of("/destinations/es/logs.cursor");

  enum Action {
    APPEND,
    APPEND_MANY,
    APPEND_WHILE_SYNC_FAILS,
    APPEND_WHILE_DISK_IS_FULL,
    READ_AND_COMMIT,
    COMMIT_OUT_OF_ORDER,
    SAVE_CURSOR,
    FREE,
    CLOSE_AND_REOPEN,
    KILL,
    KILL_WHILE_WRITING,
    KILL_WHILE_OPENING,
    POWER_CUT,
    POWER_CUT_WHILE_WRITING,
    POWER_CUT_WHILE_OPENING,
    FLIP_A_BIT,
    CUT_A_SEGMENT,
    ZERO_PAGES,
    APPEND_AT_THE_QUOTA,
    QUOTA_DROPS_THE_OLDEST
  }

  @Provide
  Arbitrary<List<Action>> histories() {
    return Arbitraries.of(Action.class).list().ofMinSize(1).ofMaxSize(40);
  }

  @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
  void whatWasAcknowledgedIsReadBackWhateverHappens(
      @ForAll("histories") List<Action> history, @ForAll Random random) throws Exception {
    long more = Long.getLong("vigia.model.tries", 1);
    for (long i = 0; i < more; i++) {
      try (World world = new World(random.nextLong())) {
        for (Action action : history) {
          world.run(action);
          world.trail.add(action + " -> " + world.log.oldest() + " to " + world.log.end());
          world.check();
        }
      }
    }
  }

  /** The log, and the model: a list of texts with a flag. */
  private static final class World implements AutoCloseable {
    final Random random;
    final SimStorage storage;
    final StagingPool pool = new StagingPool(4 << 20);

    /** Everything ever appended, and the part of it that was acknowledged. */
    final Set<String> appended = new HashSet<>();

    final Set<String> acknowledged = new LinkedHashSet<>();

    /** Refused for the quota: must never be there. */
    final Set<String> refused = new HashSet<>();

    /** Of whose records bytes were damaged: may be gone, and nothing else. */
    final Set<String> doomed = new HashSet<>();

    final Map<RecordId, String> ids = new HashMap<>();
    final Durability durability;
    final List<String> trail = new ArrayList<>();
    long freedBefore;
    boolean damaged;
    boolean torn;
    int texts;
    DiskLog log;
    Cursor cursor;

    World(long seed) throws IOException {
      random = new Random(seed);
      storage = new SimStorage(seed);
      storage.shortWrites = random.nextBoolean();
      storage.keepPagesOfFailedSync = random.nextBoolean();
      durability =
          List.of(Durability.fsync(), Durability.fsync(), Durability.os(), Durability.interval(1))
              .get(random.nextInt(4));
      log = newLog();
      open();
      cursor = Cursor.open(storage, CURSOR, log);
    }

    private DiskLog newLog() {
      return DiskLog.builder(Signal.LOGS, DIRECTORY)
          .storage(storage)
          .durability(durability)
          .segmentBytes(2_000)
          .readBlockBytes(300)
          .stagingPool(pool)
          .diskRetryMillis(1)
          .build();
    }

    private void open() throws IOException {
      log = newLog();
      log.start();
    }

    private void reopen() throws IOException {
      open();
      cursor = Cursor.open(storage, CURSOR, log);
    }

    void run(Action action) throws Exception {
      switch (action) {
        case APPEND -> appendAndAwait(1);
        case APPEND_MANY -> appendAndAwait(1 + random.nextInt(20));
        case APPEND_WHILE_SYNC_FAILS -> {
          storage.failingSyncs = 1 + random.nextInt(3);
          appendAndAwait(1 + random.nextInt(5));
          storage.failingSyncs = 0;
          awaitWritable();
        }
        case APPEND_WHILE_DISK_IS_FULL -> {
          storage.capacityBytes = storage.usedBytes() + random.nextInt(500);
          appendAndAwait(1 + random.nextInt(8));
          storage.capacityBytes = Long.MAX_VALUE;
          awaitWritable();
        }
        case READ_AND_COMMIT -> commit(1 + random.nextInt(10), 1);
        case COMMIT_OUT_OF_ORDER -> commit(1 + random.nextInt(20), 2 + random.nextInt(3));
        case SAVE_CURSOR -> cursor.save();
        case FREE -> {
          log.deleteBefore(cursor.savedLowWater().sequence());
          freedBefore = Math.max(freedBefore, log.oldest().sequence());
        }
        case CLOSE_AND_REOPEN -> {
          cursor.save();
          cursor.close();
          log.close();
          reopen();
        }
        case KILL -> {
          die();
          storage.kill();
          reopen();
        }
        case KILL_WHILE_WRITING -> {
          dieWhileWriting();
          storage.kill();
          reopen();
        }
        case KILL_WHILE_OPENING -> {
          die();
          storage.kill();
          dieWhileOpening();
          storage.kill();
          reopen();
        }
        case POWER_CUT -> {
          die();
          powerCut();
          reopen();
        }
        case POWER_CUT_WHILE_WRITING -> {
          dieWhileWriting();
          powerCut();
          reopen();
        }
        case POWER_CUT_WHILE_OPENING -> {
          die();
          storage.kill();
          dieWhileOpening();
          powerCut();
          reopen();
        }
        case FLIP_A_BIT ->
            damage(
                storage.files(".segment"),
                bytes -> {
                  int at = random.nextInt(bytes.length);
                  bytes[at] ^= 0x10;
                  return new Damage(bytes, at, at + 1);
                });
        case CUT_A_SEGMENT ->
            damage(
                storage.files(".segment"),
                bytes -> {
                  int length = random.nextInt(bytes.length);
                  return new Damage(Arrays.copyOf(bytes, length), length, bytes.length);
                });
        case ZERO_PAGES ->
            damage(
                storage.files(".segment"),
                bytes -> {
                  int page = 128;
                  int from = random.nextInt(bytes.length) / page * page;
                  int to = Math.min(bytes.length, from + page * (1 + random.nextInt(5)));
                  Arrays.fill(bytes, from, to, (byte) 0);
                  return new Damage(bytes, from, to);
                });
        case APPEND_AT_THE_QUOTA -> appendAtTheQuota();
        case QUOTA_DROPS_THE_OLDEST -> {
          LogPosition next = log.nextSegmentStart();
          if (next != null) {
            cursor.drop(cursor.lowWater(), next, "quota");
            cursor.save();
            log.deleteBefore(Math.min(next.sequence(), cursor.savedLowWater().sequence()));
            freedBefore = Math.max(freedBefore, log.oldest().sequence());
          }
        }
      }
    }

    /**
     * What a segment's file is afterwards.
     *
     * @param from the first byte that is not as it was
     */
    private record Damage(byte[] bytes, int from, int to) {}

    private void damage(List<Path> segments, Function<byte[], Damage> how) {
      if (segments.isEmpty()) {
        return;
      }
      Path segment = segments.get(random.nextInt(segments.size()));
      byte[] before = storage.bytes(segment);
      if (before.length == 0) {
        return;
      }
      Damage damage = how.apply(before.clone());
      doom(before, damage);
      storage.overwrite(segment, damage.bytes());
      damaged = true;
      trail.add(segment.getFileName() + " damaged from " + damage.from() + " to " + damage.to());
    }

    /** Looks for the records of a segment at each byte, whatever happened to it before. */
    private void doom(byte[] segment, Damage damage) {
      ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
      Checksum checksum = new Checksum();
      for (int at = 0; at + RecordFormat.HEADER_BYTES <= segment.length; at++) {
        if (RecordFormat.validHeader(bytes, at, log.logId(), checksum)
            && at < damage.to()
            && at + RecordFormat.recordLength(bytes, at) > damage.from()) {
          RecordId id =
              new RecordId(
                  log.logId(), RecordFormat.epoch(bytes, at), RecordFormat.sequence(bytes, at));
          doomed.add(String.valueOf(ids.get(id)));
        }
      }
    }

    /** At or above the quota everything is refused, with a time, and never seen again. */
    private void appendAtTheQuota() throws Exception {
      log.allow(log.bytes() + random.nextInt(800));
      for (int i = 0; i < 6; i++) {
        boolean full = log.bytes() >= log.allowedBytes();
        String text = newText();
        try {
          append(text).get(60, TimeUnit.SECONDS);
          assertThat(full).as("taken at %s of %s", log.bytes(), log.allowedBytes()).isFalse();
          acknowledged.add(text);
        } catch (ExecutionException e) {
          assertThat(full)
              .as("refused at %s of %s: %s", log.bytes(), log.allowedBytes(), e)
              .isTrue();
          assertThat(e.getCause())
              .isInstanceOfSatisfying(
                  IntakeException.Overloaded.class,
                  overloaded -> assertThat(overloaded.retryAfterMillis()).isPositive());
          refused.add(text);
        }
      }
      log.allow(Long.MAX_VALUE);
    }

    /** Stops the writer's thread without letting it tidy up. */
    private void die() {
      storage.dead = true;
      log.close();
    }

    private void dieWhileWriting() throws Exception {
      storage.changesUntilDeath = random.nextInt(10);
      appendAndAwait(1 + random.nextInt(12));
      die();
    }

    private void dieWhileOpening() {
      storage.changesUntilDeath = random.nextInt(12);
      try {
        reopen();
        die();
      } catch (IOException expected) {
        log.close(); // the next one opens what this one left
      }
    }

    private void powerCut() {
      storage.powerCut();
      torn = true;
      if (!durability.equals(Durability.fsync())) {
        acknowledged.clear(); // as promised: they may be gone
      }
    }

    private void appendAndAwait(int count) throws Exception {
      List<String> sent = new ArrayList<>();
      List<CompletableFuture<Void>> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String text = newText();
        sent.add(text);
        answers.add(append(text));
      }
      for (int i = 0; i < count; i++) {
        try {
          answers.get(i).get(60, TimeUnit.SECONDS);
          acknowledged.add(sent.get(i));
        } catch (ExecutionException refused) {
          // may be there or not
        }
      }
    }

    private String newText() {
      String text = "text" + texts++ + "x".repeat(random.nextInt(300));
      appended.add(text);
      return text;
    }

    private CompletableFuture<Void> append(String text) {
      return log.append(
          new Envelope(texts, "test", "peer" + random.nextInt(2), Map.of()),
          items(text),
          ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    static int items(String text) {
      return 1 + text.length() % 3;
    }

    private void awaitWritable() {
      org.awaitility.Awaitility.await()
          .pollInterval(java.time.Duration.ofMillis(1))
          .atMost(java.time.Duration.ofSeconds(60))
          .until(() -> log.failure() == null);
    }

    private void commit(int count, int every) throws IOException {
      try (LogReader reader = log.reader(cursor.lowWater())) {
        for (int i = 0; i < count; i++) {
          LogEntry entry = reader.next();
          if (entry == null) {
            return;
          }
          if (entry.record() == null) {
            cursor.drop(entry.from(), entry.to(), "damaged");
          } else if (i % every == 0) {
            cursor.done(entry.from(), entry.to(), entry.items(), 0, Map.of());
          }
        }
      }
    }

    void check() throws IOException {
      Cursor.Ledger ledger = cursor.ledger(log.end());
      long dropped = ledger.dropped().values().stream().mapToLong(Long::longValue).sum();
      assertThat(ledger.accepted()).isEqualTo(ledger.delivered() + dropped + ledger.pending());
      assertThat(ledger.pending()).isNotNegative();

      List<String> read = new ArrayList<>();
      long lost = 0;
      long items = log.oldest().items();
      try (LogReader reader = log.reader(log.oldest())) {
        LogEntry entry;
        while ((entry = reader.next()) != null) {
          items += entry.items();
          LogRecord record = entry.record();
          if (record == null) {
            trail.add(entry.toString());
            lost += entry.to().sequence() - entry.from().sequence();
            boolean weak = !durability.equals(Durability.fsync());
            boolean expected = damaged || (torn && (weak || "torn".equals(entry.damage())));
            assertThat(expected)
                .as("damage: %s with %s after %s", entry, durability, trail)
                .isTrue();
            continue;
          }
          String text = StandardCharsets.UTF_8.decode(record.payload().duplicate()).toString();
          assertThat(appended).contains(text);
          assertThat(refused).doesNotContain(text);
          assertThat(record.items()).isEqualTo(items(text));
          String before = ids.put(record.id(), text);
          assertThat(before).isIn(null, text);
          read.add(text);
          acknowledged.add(text); // what was once shown must stay
        }
        assertThat(reader.position().sequence()).isEqualTo(log.end().sequence());
      }
      assertThat(items).isEqualTo(log.end().items());
      assertThat(read).doesNotHaveDuplicates();
      List<String> missing = retained();
      missing.removeAll(new HashSet<>(read));
      assertThat(doomed).as("after %s", trail).containsAll(missing);
      if (!torn && !damaged) {
        assertThat(lost).isZero();
      }
      if (!damaged) {
        assertThat(cursor.lowWater().sequence()).isGreaterThanOrEqualTo(log.oldest().sequence());
      }
    }

    /** Acknowledged texts that nobody has freed. */
    private List<String> retained() {
      List<String> retained = new ArrayList<>(acknowledged);
      retained.removeIf(this::freed);
      return retained;
    }

    private boolean freed(String text) {
      return ids.entrySet().stream()
          .anyMatch(
              entry -> entry.getValue().equals(text) && entry.getKey().sequence() < freedBefore);
    }

    @Override
    public void close() {
      storage.capacityBytes = Long.MAX_VALUE;
      log.close();
    }
  }
}
