package io.vigia.agent.extension.logs;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.vigia.agent.boot.Console;
import io.vigia.agent.extension.export.ExitBudget;
import io.vigia.agent.extension.export.Exports;
import io.vigia.agent.extension.export.Footprint;
import io.vigia.agent.extension.export.HeapShare;
import io.vigia.agent.extension.export.Parts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The {@link Agreement} of {@link FluencySink} where log events leave by OTLP, because the
 * collector's address is https: those that it reads from stdout are not exported, and until that is
 * known they are held, bounded in bytes. Thread-safe if the exporter behind it is.
 */
public final class AgreedLogExporter implements LogRecordExporter {

  private static final long MAX_HELD_BYTES = HeapShare.atMost(4L << 20);

  /** As long as the exit lasts, in which an export ends, if only by what it sends being kept. */
  private static final long CLOSE_MILLIS = 10_000;

  private final LogRecordExporter next;
  private final Agreement agreement;
  private final ArrayDeque<LogRecordData> held = new ArrayDeque<>();
  private final Thread thread = new Thread(this::run, "vigia-logs");
  private long heldBytes;
  private boolean started;
  private boolean closing;

  /** Whether the thread has taken something out, which is not sent yet. */
  private boolean exporting;

  public AgreedLogExporter(LogRecordExporter next, StdoutQuestion question) {
    this(next, (Agreement.Question) question::ask);
  }

  AgreedLogExporter(LogRecordExporter next, Agreement.Question question) {
    this.next = next;
    this.agreement = new Agreement(question);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
  }

  @Override
  public CompletableResultCode export(Collection<LogRecordData> logs) {
    List<LogRecordData> ours;
    synchronized (held) {
      logs.forEach(this::hold);
      if (heldBytes > MAX_HELD_BYTES) {
        agreement.giveUp("too much to hold");
      }
      ours = decided();
      if (!started && !held.isEmpty()) {
        start();
      }
      held.notifyAll();
    }
    return exportOurs(ours);
  }

  private void start() {
    try {
      thread.start();
      started = true;
    } catch (OutOfMemoryError e) { // no room for a thread; the next export tries again
      Console.harmless(e);
    }
  }

  private void hold(LogRecordData log) {
    int level = agreement.level(log);
    if (agreement.owner(level) == Agreement.Owner.STDOUT) {
      return;
    }
    if (agreement.wantsSample(level) && log.getBodyValue() != null) {
      agreement.logged(level, log.getBodyValue().asString());
    }
    held.add(log);
    heldBytes += Footprint.of(log);
  }

  /** Takes out what is decided; gives what is to be exported. The lock is held. */
  private List<LogRecordData> decided() {
    List<LogRecordData> ours = new ArrayList<>();
    for (int i = held.size(); i > 0; i--) {
      LogRecordData log = held.remove();
      Agreement.Owner owner = agreement.owner(agreement.level(log));
      if (owner == Agreement.Owner.UNDECIDED) {
        held.add(log);
        continue;
      }
      heldBytes -= Footprint.of(log);
      if (owner == Agreement.Owner.FORWARD) {
        ours.add(log);
      }
    }
    return ours;
  }

  private CompletableResultCode exportOurs(List<LogRecordData> ours) {
    if (ours.isEmpty()) {
      return CompletableResultCode.ofSuccess();
    }
    try {
      return Parts.export(ours, Footprint::of, next::export);
    } catch (Throwable e) { // what is thrown would end the thread that exports
      return Exports.failed("log records", ours.size(), e);
    }
  }

  private void run() {
    boolean goesOn = true;
    while (goesOn && !agreement.isAllSent()) {
      long asked = System.nanoTime();
      agreement.ask();
      List<LogRecordData> ours;
      synchronized (held) {
        ours = decided();
        exporting = !ours.isEmpty();
      }
      exportOurs(ours);
      synchronized (held) {
        exporting = false;
        held.notifyAll();
      }
      goesOn = awaitTheNextQuestion(asked);
    }
  }

  /** Whether there is one. */
  private boolean awaitTheNextQuestion(long askedNanos) {
    synchronized (held) {
      try {
        while (!closing && !agreement.isAllSent()) {
          long pause = agreement.pauseMillis(!held.isEmpty());
          long left = pause - (System.nanoTime() - askedNanos) / 1_000_000L;
          if (left <= 0) {
            return true;
          }
          held.wait(left);
        }
      } catch (InterruptedException e) {
        agreement.giveUp("nobody asks any more");
      }
      return false;
    }
  }

  @Override
  public CompletableResultCode flush() {
    return next.flush();
  }

  /** What is held leaves first, and what the thread exports: it would end with the process. */
  @Override
  public CompletableResultCode shutdown() {
    List<LogRecordData> ours;
    synchronized (held) {
      closing = true;
      agreement.giveUp("the process ends"); // better twice than not at all
      ours = decided();
      held.notifyAll();
    }
    exportOurs(ours);
    awaitExported(System.nanoTime() + ExitBudget.bounded(CLOSE_MILLIS) * 1_000_000L);
    return next.shutdown();
  }

  private void awaitExported(long deadlineNanos) {
    synchronized (held) {
      try {
        long left = (deadlineNanos - System.nanoTime()) / 1_000_000L;
        while (exporting && left > 0) {
          held.wait(left);
          left = (deadlineNanos - System.nanoTime()) / 1_000_000L;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
