package io.vigia.agent.extension.logs;

import io.vigia.agent.boot.Console;
import org.jspecify.annotations.Nullable;

/**
 * Who ships the log events of this process: it itself, or the collector, which reads them from the
 * container's stdout.
 *
 * <pre>
 *               the collector does not read this container,
 *               or does not find there what is logged      ┌─────────┐
 *   UNDECIDED ────────────────────────────────────────────►│ FORWARD │ for the rest of the process
 *       │                                                  └─────────┘
 *       │ it reads it, and found an event there                 ▲
 *       ▼                                                       │ it says twice that it
 *    STDOUT ────────────────────────────────────────────────────┘ does not read it any more
 * </pre>
 *
 * <p>While undecided, events are held. An event that the collector finds in the file is the proof
 * that events go to the console at all: an application that logs to a file only is never taken for
 * one that logs to stdout. Thread-safe, but {@link #step} is for one thread.
 */
final class Agreement {

  enum Owner {
    UNDECIDED,
    FORWARD,
    STDOUT
  }

  static final long ASK_MILLIS = 500;

  /** How long a logged event may take to the file that the collector reads. */
  private static final int MAX_QUESTIONS = 20;

  /** How long the collector may take to find a new container. */
  private static final int MAX_UNREAD = 6;

  static final long ASK_AGAIN_MILLIS = 30_000;

  /** Gives the collector's answer. */
  interface Question {
    StdoutQuestion.Answer ask(@Nullable String text);
  }

  private final @Nullable Question question;
  private volatile Owner owner;
  private volatile @Nullable String sample;
  private int unread;
  private int unseen;
  private int negative;

  /**
   * @param question {@code null} when there is nothing to agree on
   */
  Agreement(@Nullable Question question) {
    this.question = question;
    this.owner = question == null ? Owner.FORWARD : Owner.UNDECIDED;
  }

  Owner owner() {
    return owner;
  }

  boolean wantsSample() {
    return owner == Owner.UNDECIDED && sample == null;
  }

  /** An event that was logged just now. */
  void logged(String message) {
    if (wantsSample()) {
      sample = StdoutQuestion.sample(message);
    }
  }

  /** Asks once; blocks for up to some seconds. */
  void step() {
    Question asked = question;
    if (asked == null || owner == Owner.FORWARD) {
      return;
    }
    if (owner == Owner.STDOUT) {
      again(asked.ask(null));
    } else {
      first(asked.ask(sample));
    }
  }

  private void first(StdoutQuestion.Answer answer) {
    switch (answer) {
      case SEEN:
        owner = Owner.STDOUT;
        Console.say("logs: the collector reads this container's stdout; not sent from here");
        break;
      case OFF:
        forward("the collector does not read what containers write to stdout");
        break;
      case NOT_READ: // a new container is found when the collector looks again
        if (++unread > MAX_UNREAD) {
          forward("the collector does not read this container's stdout");
        }
        break;
      case READ:
        if (sample != null && ++unseen > MAX_QUESTIONS) {
          forward("what is logged is not on stdout");
        }
        break;
      default: // nobody there: what was logged waits
    }
  }

  private void again(StdoutQuestion.Answer answer) {
    boolean no = answer == StdoutQuestion.Answer.OFF || answer == StdoutQuestion.Answer.NOT_READ;
    negative = no ? negative + 1 : 0;
    if (negative == 2) {
      Console.say("logs: the collector reads this container's stdout no more; sent from here");
      owner = Owner.FORWARD;
    }
  }

  /** Decides, because events can be held no longer. */
  void giveUp(String why) {
    if (owner == Owner.UNDECIDED) {
      forward(why);
    }
  }

  /** Decides whatever was decided. */
  void forward(String why) {
    owner = Owner.FORWARD;
    Console.debug(() -> "logs are sent by forward: " + why);
  }
}
