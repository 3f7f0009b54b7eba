package io.vigia.collector.receive.containers;

import io.vigia.collector.otlp.Slice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of the lines of one stream: joins parts of a line, and the lines of a Java stack
 * trace with the log line before it. What is not whole yet waits for the next line, or for {@link
 * #finish}. Not thread-safe.
 */
final class StreamEvents {
  /** Lines between the first line of an exception and its first frame: a long message. */
  private static final int MAX_HELD_LINES = 8;

  private final boolean stderr;
  private final boolean joinStackTraces;
  private final Event.Sink sink;

  /** The line whose parts are coming. */
  private final Bytes line;

  private @Nullable Place lineStart;
  private long lineTime;

  /** The event that may go on. */
  private final Bytes event;

  private @Nullable Place eventStart;
  private long eventTime;
  private boolean inTrace;
  private boolean afterCause;

  /** Lines that belong to the event if a frame follows. */
  private final Bytes held;

  private final List<Held> heldLines = new ArrayList<>();
  private long lastTime;
  private long pendingSince;

  private record Held(long time, int offset, int length) {}

  StreamEvents(boolean stderr, boolean joinStackTraces, int maxEventBytes, Event.Sink sink) {
    this.stderr = stderr;
    this.joinStackTraces = joinStackTraces;
    this.sink = sink;
    this.line = new Bytes(maxEventBytes);
    this.event = new Bytes(maxEventBytes);
    this.held = new Bytes(maxEventBytes);
  }

  /** Where the first line begins that no event was made of yet, or null. */
  @Nullable Place pending() {
    return eventStart != null ? eventStart : lineStart;
  }

  /** Forgets what is not whole. */
  void clear() {
    lineStart = eventStart = null;
    heldLines.clear();
    held.clear();
  }

  /**
   * Takes the next line.
   *
   * @param readBytes of the series so far, for {@link #finishIfOlder}
   * @param cut whether it is longer than what is given
   */
  void add(CriLine cri, Place start, long readBytes, boolean cut) {
    if (pending() == null) {
      pendingSince = readBytes;
    }
    if (lineStart == null) {
      lineStart = start;
      lineTime = cri.timeUnixNanos();
      line.clear();
    }
    Slice message = cri.message();
    line.add(message.array(), message.offset(), message.length());
    if (cut) {
      line.setCut();
    }
    lastTime = cri.timeUnixNanos();
    if (!cri.isPartial()) {
      Place before = eventStart;
      wholeLine();
      if (eventStart != before) {
        pendingSince = readBytes;
      }
    }
  }

  /** Makes events of all that is there if it began before so many bytes were read. */
  void finishIfOlder(long readBytes) {
    if (pending() != null && pendingSince < readBytes) {
      finish();
    }
  }

  /** Whether no more is to be expected: the last line is as old as this. */
  boolean isDue(long nowUnixNanos, long lineWaitNanos, long eventWaitNanos) {
    long age = Math.abs(nowUnixNanos - lastTime);
    return pending() != null && age >= (lineStart != null ? lineWaitNanos : eventWaitNanos);
  }

  /** Makes events of all that is there. */
  void finish() {
    if (lineStart != null) {
      wholeLine();
    }
    release();
  }

  private void wholeLine() {
    Place start = lineStart;
    lineStart = null;
    if (start == null || eventStart != null && joins()) {
      return;
    }
    release();
    boolean mayGoOn =
        joinStackTraces && !(line.size() > 0 && (line.array()[0] == '{' || line.isCut()));
    if (!mayGoOn) {
      sink.event(new Event(lineTime, stderr, line.array(), 0, line.size(), line.isCut()));
      return;
    }
    event.clear();
    event.add(line.array(), 0, line.size());
    eventStart = start;
    eventTime = lineTime;
    inTrace = afterCause = false;
  }

  /** Whether the line belongs, or may belong, to the event that is there; takes it if so. */
  private boolean joins() {
    StackTrace.Kind kind = StackTrace.kind(line.array(), 0, line.size());
    boolean undecided = !heldLines.isEmpty();
    boolean belongs =
        switch (kind) {
          case FRAME -> true;
          case CAUSE -> inTrace || undecided;
          case INDENTED -> inTrace && !undecided;
          default -> false;
        };
    if (belongs) {
      confirm();
      event.add('\n');
      event.add(line.array(), 0, line.size());
      inTrace = true;
      afterCause = kind == StackTrace.Kind.CAUSE;
      return true;
    }
    boolean mayBelong =
        switch (kind) {
          case HEADER -> !undecided;
          case OTHER, INDENTED -> undecided || afterCause;
          default -> false;
        };
    if (!mayBelong
        || heldLines.size() == MAX_HELD_LINES
        || !held.hasRoomFor(line.size())
        || line.isCut()) {
      return false;
    }
    heldLines.add(new Held(lineTime, held.size(), line.size()));
    held.add(line.array(), 0, line.size());
    return true;
  }

  private void confirm() {
    for (Held each : heldLines) {
      event.add('\n');
      event.add(held.array(), each.offset, each.length);
    }
    heldLines.clear();
    held.clear();
  }

  /** The event is at its end, and lines that were held were none of it. */
  private void release() {
    if (eventStart == null) {
      return;
    }
    eventStart = null;
    sink.event(new Event(eventTime, stderr, event.array(), 0, event.size(), event.isCut()));
    for (Held each : heldLines) {
      sink.event(new Event(each.time, stderr, held.array(), each.offset, each.length, false));
    }
    heldLines.clear();
    held.clear();
  }
}
