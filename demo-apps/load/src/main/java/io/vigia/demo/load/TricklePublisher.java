package io.vigia.demo.load;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A request body that is sent in equal pieces with a pause before each, as over a bad line; blocks
 * no thread.
 */
final class TricklePublisher implements BodyPublisher {
  private final byte[] body;
  private final int pieces;
  private final long pauseMillis;
  private final ScheduledExecutorService timer;

  TricklePublisher(byte[] body, int pieces, long pauseMillis, ScheduledExecutorService timer) {
    this.body = body;
    this.pieces = pieces;
    this.pauseMillis = pauseMillis;
    this.timer = timer;
  }

  @Override
  public long contentLength() {
    return body.length;
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(new Trickle(subscriber));
  }

  /** State is touched by the timer's one thread only, but for {@code cancelled}. */
  private final class Trickle implements Subscription {
    private final Subscriber<? super ByteBuffer> subscriber;
    private volatile boolean cancelled;
    private long wanted;
    private boolean waiting;
    private int sent;

    Trickle(Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      timer.execute(
          () -> {
            wanted += n;
            next();
          });
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    private void next() {
      if (wanted > 0 && !waiting && sent < pieces) {
        waiting = true;
        var unused = timer.schedule(this::send, pauseMillis, TimeUnit.MILLISECONDS);
      }
    }

    private void send() {
      waiting = false;
      if (cancelled) {
        return;
      }
      int from = (int) ((long) body.length * sent / pieces);
      int to = (int) ((long) body.length * (sent + 1) / pieces);
      sent++;
      wanted--;
      subscriber.onNext(ByteBuffer.wrap(body, from, to - from).slice());
      if (sent == pieces) {
        subscriber.onComplete();
      } else {
        next();
      }
    }
  }
}
