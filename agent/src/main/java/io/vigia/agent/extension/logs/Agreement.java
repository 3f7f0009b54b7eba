package io.vigia.agent.extension.logs;

import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.vigia.agent.boot.AppLoggers;
import io.vigia.agent.boot.Console;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Who ships the log events of this process: it itself, or the collector, which reads them from the
 * container's stdout. Many consoles have a threshold, so both may be so at once: what is on stdout
 * from a level on is the collector's, and what is below, in a file perhaps, is sent. So are the
 * events of a logger that writes to files only, whatever their level.
 *
 * <pre>
 *               the collector does not read this container,
 *               or does not find there what is logged      ┌─────────┐
 *   UNDECIDED ────────────────────────────────────────────►│ FORWARD │ this level and those below
 *       │                                                  └─────────┘
 *       │ it reads it, and found an event there                 ▲
 *       ▼                                                       │ it says twice that it does not
 *    STDOUT ────────────────────────────────────────────────────┘ read it any more: all levels
 *    this level and those above
 * </pre>
 *
 * <p>While undecided, events are held. An event that the collector finds in the file is the proof
 * that events go to the console at all: an application that logs to a file only is never taken for
 * one that logs to stdout. Levels are severity numbers of OpenTelemetry, 0 where none is said.
 * Thread-safe, but {@link #step} is for one thread.
 */
final class Agreement {

  enum Owner {
    UNDECIDED,
    FORWARD,
    STDOUT
  }

  private static final long ASK_MILLIS = 500;

  /** How long a logged event may take to the file that the collector reads. */
  private static final int MAX_QUESTIONS = 20;

  /** The same when it was told so of a lower level: the collector has found the file. */
  private static final int MAX_MORE_QUESTIONS = 6;

  /** The first event of a level may be none of those that the console gets; then a newer one is. */
  private static final int QUESTIONS_OF_ONE = 5;

  /** How long the collector may take to find a new container. */
  private static final int MAX_UNREAD = 6;

  private static final long ASK_AGAIN_MILLIS = 30_000;

  /** Below all levels: what goes to no console, as nobody who reads stdout has it. Always sent. */
  private static final int UNPRINTED = -1;

  private static final int LEVELS = Severity.FATAL4.getSeverityNumber() + 1;

  /** Gives the collector's answer. */
  interface Question {
    StdoutQuestion.Answer ask(@Nullable String text);
  }

  private final @Nullable Question question;
  private final FileLoggers fileLoggers;

  /** The lowest level that is on stdout. */
  private volatile int readFrom = LEVELS;

  /** The highest level that is sent; below {@link #readFrom}. */
  private volatile int sentTo = -1;

  /** Of each level a part of an event that was logged. */
  private final AtomicReferenceArray<@Nullable String> samples = new AtomicReferenceArray<>(LEVELS);

  /** The level whose sample a newer one is to replace. */
  private volatile int stale = -1;

  /** The level of which one event was seen, below a level that is on stdout, and none was not. */
  private volatile int seenOnce = -1;

  private int seenLevel = -1;
  private @Nullable String seen;
  private int repeated;
  private int asked = -1;
  private int unseen;
  private int unread;
  private int negative;

  /**
   * @param question {@code null} when there is nothing to agree on
   */
  Agreement(@Nullable Question question) {
    this(question, new FileLoggers());
  }

  Agreement(@Nullable Question question, FileLoggers fileLoggers) {
    this.question = question;
    this.fileLoggers = fileLoggers;
    if (question == null) {
      sentTo = LEVELS - 1;
    } else {
      AppLoggers.want();
    }
  }

  /**
   * Its severity number, or a lower one if it is on no console: it has no text (made by the API of
   * OpenTelemetry), or its logger writes to files only.
   */
  int level(LogRecordData log) {
    boolean isPrinted =
        log.getBodyValue() != null
            && (isAllSent() || !fileLoggers.contains(log.getInstrumentationScopeInfo().getName()));
    return isPrinted ? log.getSeverity().getSeverityNumber() : UNPRINTED;
  }

  Owner owner(int level) {
    if (level >= readFrom) {
      return Owner.STDOUT;
    }
    return level <= sentTo ? Owner.FORWARD : Owner.UNDECIDED;
  }

  /** Whether everything is sent from here, for the rest of the process. */
  boolean isAllSent() {
    return sentTo == LEVELS - 1;
  }

  /** Whether the collector has some, and none is sent from here. */
  boolean isNoneSent() {
    return readFrom < LEVELS && sentTo < 0;
  }

  /** Whether there is an answer at all. */
  private boolean isBegun() {
    return readFrom < LEVELS || sentTo >= 0;
  }

  boolean wantsSample(int level) {
    return owner(level) == Owner.UNDECIDED && (stale == level || samples.get(level) == null);
  }

  /** An event that was logged just now. */
  void logged(int level, String message) {
    String sample = wantsSample(level) ? StdoutQuestion.sample(message) : null;
    if (sample != null) {
      samples.set(level, sample);
      stale = stale == level ? -1 : stale;
    }
  }

  /** Asks once, unless there is nothing to ask; blocks for up to some seconds. */
  void step() {
    Question collector = question;
    int level = highestUndecided();
    if (collector == null || isAllSent() || (level < 0 && sentTo >= 0 && readFrom == LEVELS)) {
      return;
    }
    if (level < 0 && readFrom < LEVELS) {
      again(collector.ask(null));
    } else {
      String text = level < 0 ? null : samples.get(level);
      first(level, text, collector.ask(text));
    }
  }

  /** Of which there was an event; -1 if there is none. The highest is the likeliest on stdout. */
  private int highestUndecided() {
    for (int level = readFrom - 1; level > sentTo; level--) {
      if (samples.get(level) != null) {
        return level;
      }
    }
    return -1;
  }

  private void first(int level, @Nullable String text, StdoutQuestion.Answer answer) {
    if (level != asked) {
      asked = level;
      unseen = 0;
    }
    switch (answer) {
      case SEEN:
        unread = 0;
        seen(level, text);
        break;
      case OFF:
        if (readFrom == LEVELS) {
          forward("the collector does not read what containers write to stdout");
        } else {
          notRead();
        }
        break;
      case NOT_READ:
        notRead();
        break;
      case READ:
        unread = 0;
        if (level >= 0) {
          notSeen(level);
        }
        break;
      default: // nobody there: what was logged waits
    }
  }

  /** A new container is found when the collector looks again. */
  private void notRead() {
    if (++unread > MAX_UNREAD) {
      forward("the collector does not read this container's stdout");
    }
  }

  private void seen(int level, @Nullable String text) {
    if (readFrom == LEVELS) {
      Console.say("logs: the collector reads this container's stdout; not sent from here");
    } else if (mayBeAnAccident(level, text)) {
      return;
    }
    readFrom = level < 0 ? 0 : level;
    sentTo = Math.min(sentTo, readFrom - 1);
  }

  /**
   * Perhaps as a part of what a higher level says; of two events, or of none but one, it is not.
   */
  private boolean mayBeAnAccident(int level, @Nullable String text) {
    if (seenLevel == level && !Objects.equals(seen, text)) {
      return false;
    }
    repeated = seenLevel == level ? repeated + 1 : 0;
    seen = text;
    seenLevel = level;
    seenOnce = level;
    stale = level;
    return repeated < MAX_MORE_QUESTIONS;
  }

  private void notSeen(int level) {
    seenOnce = -1;
    if (++unseen % QUESTIONS_OF_ONE == 0) {
      stale = level;
    }
    if (unseen > (sentTo < 0 ? MAX_QUESTIONS : MAX_MORE_QUESTIONS)) {
      sentTo = level;
      stale = -1;
      if (readFrom < LEVELS) {
        Console.say("logs: what is below stdout's level is sent from here");
      }
      Console.debug(() -> "logs to level " + level + " are sent by forward: not on stdout");
    }
  }

  private void again(StdoutQuestion.Answer answer) {
    boolean no = answer == StdoutQuestion.Answer.OFF || answer == StdoutQuestion.Answer.NOT_READ;
    negative = no ? negative + 1 : 0;
    if (negative == 2) {
      Console.say("logs: the collector reads this container's stdout no more; sent from here");
      readFrom = LEVELS;
      sentTo = LEVELS - 1;
    }
  }

  /** As {@link #step}; when that fails, events are sent: better twice than not at all. */
  void ask() {
    try {
      step();
    } catch (Throwable e) {
      Console.harmless(e);
      forward("the collector cannot be asked");
    }
  }

  /**
   * From one question to the next.
   *
   * @param isHolding whether events wait for the answer
   */
  long pauseMillis(boolean isHolding) {
    return isHolding || !isBegun() ? ASK_MILLIS : ASK_AGAIN_MILLIS;
  }

  /** Decides what is undecided, because events can be held no longer: unseen ones are sent. */
  void giveUp(String why) {
    int level = seenOnce;
    if (level >= 0 && level < readFrom) {
      readFrom = level;
    }
    if (sentTo < readFrom - 1) {
      sentTo = readFrom - 1;
      Console.debug(() -> "logs are sent by forward: " + why);
    }
  }

  /** Decides whatever was decided. */
  void forward(String why) {
    readFrom = LEVELS;
    sentTo = LEVELS - 1;
    Console.debug(() -> "logs are sent by forward: " + why);
  }
}
