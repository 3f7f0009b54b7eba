package io.vigia.collector.disklog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A cursor beside an array that says of each record whether it is done. */
class CursorModelTest {
  private static final Path PATH = Path.of("/c/es.cursor");
  private static final int RECORDS = 40;

  enum Kind {
    DELIVER,
    DROP_SOME,
    ANNUL,
    REWIND,
    SAVE,
    KILL,
    POWER_CUT_WHILE_SAVING
  }

  /**
   * What happens.
   *
   * @param record to it, or before it
   * @param more records after it, or changes on disk until the power is cut
   */
  record Action(Kind kind, int record, int more) {}

  @Provide
  Arbitrary<List<Action>> histories() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, RECORDS - 1),
            Arbitraries.integers().between(0, 5))
        .as(Action::new)
        .list()
        .ofMinSize(5)
        .ofMaxSize(120);
  }

  @Property(tries = 300)
  void itKnowsWhatIsDoneAndCountsItAndNeverMoreThanWasSavedAfterADeath(
      @ForAll("histories") List<Action> histories) throws IOException {
    World world = new World();
    for (Action action : histories) {
      world.perform(action);
      assertThat(world.isLike(world.model)).as("%s after %s", world.model, action).isTrue();
    }
  }

  @Example
  void soMuchOutOfOrderThatItIsToBeWaitedForIsSaid() throws IOException {
    Cursor cursor =
        Cursor.open(new SimStorage(1), PATH, 1, LogPosition.ZERO, new LogPosition(900, 900, 900));
    for (int i = 1; i < 511; i += 2) {
      deliver(cursor, i);
    }
    assertThat(cursor.crowded()).isFalse();
    deliver(cursor, 511);
    assertThat(cursor.crowded()).isTrue();
    deliver(cursor, 0);
    assertThat(cursor.crowded()).isFalse();
    assertThat(cursor.lowWater().sequence()).isEqualTo(2);
  }

  /**
   * The header of the segment that begins with record 4 was damaged, and records 4 and 5 too: it
   * was rebuilt from record 6, so that its place has the items of both. Record 5 is done.
   */
  @Example
  void thePlaceOfARebuiltSegmentIsNotBehindWhatIsDoneInIt() throws IOException {
    LogPosition end = new LogPosition(9, 20, 900);
    LogPosition rebuilt = new LogPosition(4, 12, 400);
    LogPosition afterLost = new LogPosition(6, 12, 600);
    Cursor cursor = Cursor.open(new SimStorage(1), PATH, 1, LogPosition.ZERO, end);
    cursor.done(new LogPosition(5, 11, 500), afterLost, 1, 0, Map.of());
    long given = cursor.drop(cursor.lowWater(), rebuilt, "quota");
    long lost = cursor.drop(rebuilt, afterLost, "header");
    Cursor.Ledger ledger = cursor.ledger(end);
    assertThat(given + lost).isEqualTo(11);
    assertThat(ledger.pending()).isEqualTo(8);
    assertThat(ledger.accepted()).isEqualTo(ledger.delivered() + given + lost + ledger.pending());
  }

  private static void deliver(Cursor cursor, int record) {
    cursor.done(
        new LogPosition(record, record, record),
        new LogPosition(record + 1, record + 1, record + 1),
        1,
        0,
        Map.of());
  }

  private static LogPosition position(int record) {
    return new LogPosition(record, items(0, record), 10L * record);
  }

  /** Records have one, two or three items. */
  private static long items(int from, int to) {
    long items = 0;
    for (int i = from; i < to; i++) {
      items += i % 3 + 1;
    }
    return items;
  }

  /** What a cursor should know. */
  @SuppressWarnings("ArrayRecordComponent") // never changed
  private record Model(boolean[] done, long delivered, long dropped) {
    long pending() {
      long items = 0;
      for (int i = 0; i < RECORDS; i++) {
        items += done[i] ? 0 : items(i, i + 1);
      }
      return items;
    }

    int lowWater() {
      int record = 0;
      while (record < RECORDS && done[record]) {
        record++;
      }
      return record;
    }

    @Override
    public String toString() {
      return Arrays.toString(done) + " delivered " + delivered + " dropped " + dropped;
    }
  }

  private static final class World {
    private final SimStorage storage = new SimStorage(7);
    private Model model = new Model(new boolean[RECORDS], 0, 0);
    private Model saved = model;
    private Cursor cursor = open();

    World() throws IOException {}

    private Cursor open() throws IOException {
      return Cursor.open(storage, PATH, 1, LogPosition.ZERO, position(RECORDS));
    }

    void perform(Action action) throws IOException {
      int record = action.record;
      switch (action.kind) {
        case DELIVER -> {
          boolean fresh =
              cursor.done(
                  position(record), position(record + 1), items(record, record + 1), 0, Map.of());
          assertThat(fresh).isEqualTo(!model.done[record]);
          model = with(record, record + 1, true, fresh ? items(record, record + 1) : 0);
        }
        case DROP_SOME -> {
          int end = Math.min(RECORDS, record + action.more);
          long before = model.pending();
          long items = cursor.drop(position(record), position(end), "test");
          model = with(record, end, true, 0);
          assertThat(items).isEqualTo(before - model.pending());
          model = new Model(model.done, model.delivered, model.dropped + items);
        }
        case ANNUL -> {
          cursor.annul(position(record), position(record + 1));
          model = with(record, record + 1, true, 0);
        }
        case REWIND -> {
          cursor.rewind(position(record));
          if (record < model.lowWater()) {
            model = with(record, RECORDS, false, 0);
          }
        }
        case SAVE -> {
          cursor.save();
          saved = model;
        }
        case KILL -> {
          storage.kill();
          cursor = open();
          model = saved;
        }
        case POWER_CUT_WHILE_SAVING -> {
          Model before = saved;
          storage.changesUntilDeath = action.more;
          try {
            cursor.save();
            before = model; // it was done before the end
          } catch (IOException e) {
            // any of the two
          }
          storage.powerCut();
          cursor = open();
          saved = isLike(before) ? before : model;
          model = saved;
        }
      }
    }

    private Model with(int from, int to, boolean is, long delivered) {
      boolean[] done = model.done.clone();
      Arrays.fill(done, from, Math.max(from, to), is);
      return new Model(done, model.delivered + delivered, model.dropped);
    }

    boolean isLike(Model expected) {
      Cursor.Ledger ledger = cursor.ledger(position(RECORDS));
      long dropped = ledger.dropped().getOrDefault("test", 0L);
      assertThat(ledger.accepted()).isEqualTo(ledger.delivered() + dropped + ledger.pending());
      boolean like =
          ledger.delivered() == expected.delivered
              && dropped == expected.dropped
              && ledger.pending() == expected.pending()
              && cursor.lowWater().equals(position(expected.lowWater()));
      for (int i = 0; i < RECORDS; i++) {
        like &= cursor.isDone(i) == expected.done[i];
      }
      return like;
    }
  }
}
