package io.vigia.collector.receive.otlp;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.vigia.collector.core.Batch;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.MalformedOtlpException;
import io.vigia.collector.otlp.Slice;
import io.vigia.collector.receive.Body;
import io.vigia.collector.receive.DecompressException;
import io.vigia.collector.receive.IntakeBudget.Phase;
import io.vigia.collector.receive.IntakeBudget.Shed;
import io.vigia.collector.receive.otlp.Answer.Kind;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One export request, from its headers to its answer, whatever it came over. Lives on its
 * connection's event loop; answered exactly once, unless it is cancelled.
 */
abstract class ExportCall {
  private final Intaker intaker;
  private final EventExecutor eventLoop;
  private final Signal signal;
  private final String receiver;
  private final String peer;
  private final Body body;
  private boolean answered;

  /** When the sender stops waiting, as {@link System#nanoTime}; 0 = never. */
  private long deadlineNanos;

  ExportCall(
      Intaker intaker,
      EventExecutor eventLoop,
      Signal signal,
      String receiver,
      String peer,
      int maxBodyBytes) {
    this.intaker = intaker;
    this.eventLoop = eventLoop;
    this.signal = signal;
    this.receiver = receiver;
    this.peer = peer;
    this.body =
        new Body(
            intaker
                .budget()
                .open(intaker.stallTimeoutMillis(), why -> eventLoop.execute(() -> shed(why))),
            maxBodyBytes);
  }

  final void deadlineNanos(long deadlineNanos) {
    this.deadlineNanos = deadlineNanos;
  }

  final Body body() {
    return body;
  }

  final Intaker intaker() {
    return intaker;
  }

  /** Takes what arrived of the body. */
  final void data(ByteBuf data, int expectedBytes) {
    if (answered) {
      return;
    }
    switch (body.append(data, expectedBytes)) {
      case TAKEN -> arrived();
      case TOO_LARGE ->
          malformed(
              Kind.TOO_LARGE,
              "size",
              "the message is larger than " + intaker.maxMessageBytes() + " bytes");
      case NO_ROOM -> shed(Shed.MEMORY);
    }
  }

  /** Called after each part of the body; may refuse early. */
  void arrived() {}

  /** The body is whole. */
  abstract void complete();

  /** Writes the answer. */
  abstract void write(Answer answer);

  /** Nobody waits for an answer any more. */
  final void cancel() {
    answered = true;
    body.release();
  }

  final boolean answered() {
    return answered;
  }

  /** Hands a whole protobuf message to the intake. */
  final void accept(byte[] array, int offset, int length) {
    int items;
    try {
      items = Scratch.current().validator.validate(signal, array, offset, length);
    } catch (MalformedOtlpException e) {
      malformed(Kind.MALFORMED, e.reason(), String.valueOf(e.getMessage()));
      return;
    }
    if (items == 0) {
      answer(Answer.OK);
      return;
    }
    if (!body.phase(Phase.STORING)) {
      return; // the sender is about to be told to come again
    }
    var future =
        intaker
            .intake()
            .accept(
                new Batch(
                    signal,
                    items,
                    Envelope.now(receiver, peer),
                    ByteBuffer.wrap(array, offset, length)));
    body.release(); // the intake has copied it
    future.whenComplete(
        (nothing, failure) -> {
          if (eventLoop.inEventLoop()) {
            stored(failure);
          } else {
            eventLoop.execute(() -> stored(failure));
          }
        });
  }

  /** Decompresses a message; null when it was refused. */
  final @Nullable Slice plain(Encoding encoding, byte[] array, int offset, int length) {
    try {
      return encoding.undo(array, offset, length, intaker.maxMessageBytes());
    } catch (DecompressException e) {
      Kind kind =
          switch (e.reason()) {
            case "size" -> Kind.TOO_LARGE;
            case "unsupported" -> Kind.WRONG_ENCODING;
            default -> Kind.MALFORMED;
          };
      malformed(kind, e.reason(), String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void stored(@Nullable Throwable failure) {
    if (deadlineNanos != 0 && System.nanoTime() - deadlineNanos > 0) {
      answer(Answer.of(Kind.LATE, "the deadline passed"));
    } else if (failure == null) {
      answer(Answer.OK);
    } else if (failure instanceof IntakeException.Overloaded overloaded) {
      answer(
          Answer.overloaded(
              String.valueOf(overloaded.getMessage()), overloaded.retryAfterMillis()));
    } else if (failure instanceof IntakeException.Rejected) {
      answer(Answer.of(Kind.REJECTED, String.valueOf(failure.getMessage())));
    } else {
      answer(Answer.overloaded("internal error: " + failure, 1000));
    }
  }

  private void shed(Shed why) {
    if (answered) {
      return;
    }
    why.count(intaker.metrics(), receiver, signal);
    String message =
        why == Shed.MEMORY
            ? "too many unfinished requests"
            : "nothing of the request came for " + intaker.stallTimeoutMillis() + " ms";
    // not all at the same moment
    answer(Answer.overloaded(message, 1000 + ThreadLocalRandom.current().nextInt(1000)));
  }

  /** Counts bytes that could not be understood and says so. */
  final void malformed(Kind kind, String reason, String message) {
    intaker.metrics().malformed(receiver, reason);
    answer(Answer.of(kind, message));
  }

  final void answer(Answer answer) {
    if (!answered) {
      answered = true;
      body.release();
      write(answer);
    }
  }
}
