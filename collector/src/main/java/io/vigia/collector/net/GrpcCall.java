package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One call on its way. Used on its connection's event loop only, once it was started. */
final class GrpcCall {
  final String path;
  final CompletableFuture<GrpcAnswer> answer = new CompletableFuture<>();
  private final int maxResponseBytes;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(64);
  private @Nullable ByteBuf request;
  private @Nullable CharSequence httpStatus;
  private @Nullable CharSequence contentType;
  @Nullable String authorization;
  int streamId;
  @Nullable Future<?> timer;
  boolean requestWritten;

  GrpcCall(String path, ByteBuf request, int maxResponseBytes) {
    this.path = path;
    this.request = request;
    this.maxResponseBytes = maxResponseBytes;
  }

  /** Hands over the request bytes; only once. */
  ByteBuf takeRequest() {
    ByteBuf taken = request;
    if (taken == null) {
      throw new IllegalStateException("sent already");
    }
    request = null;
    return taken;
  }

  boolean done() {
    return answer.isDone();
  }

  void onHeaders(Http2Headers headers, boolean end) {
    if (httpStatus == null) {
      httpStatus = headers.status();
      contentType = headers.get("content-type");
    }
    if (end) {
      finish(headers);
    }
  }

  /** False when the response is too large. */
  boolean onData(ByteBuf data) {
    if (body.size() + data.readableBytes() > maxResponseBytes + 5) {
      return false;
    }
    byte[] bytes = new byte[data.readableBytes()];
    data.readBytes(bytes);
    body.write(bytes, 0, bytes.length);
    return true;
  }

  private void finish(Http2Headers trailers) {
    int status = GrpcTrailers.status(trailers);
    String message = GrpcTrailers.message(trailers);
    if (status < 0) {
      status = GrpcTrailers.ofHttp(String.valueOf(httpStatus));
      message = GrpcTrailers.describe(httpStatus, contentType);
    }
    byte[] framed = body.toByteArray();
    byte[] response = new byte[0];
    if (status == GrpcAnswer.OK && framed.length >= 5 && framed[0] == 0) {
      response = java.util.Arrays.copyOfRange(framed, 5, framed.length);
    } else if (status == GrpcAnswer.OK) {
      status = GrpcAnswer.INTERNAL;
      message = "an OK without a (plain) response message";
    }
    complete(
        new GrpcAnswer(status, message, response, GrpcTrailers.retryAfterMillis(trailers), null));
  }

  void fail(NetException failure) {
    complete(GrpcAnswer.failed(failure));
  }

  void complete(GrpcAnswer result) {
    if (timer != null) {
      timer.cancel(false);
    }
    if (request != null) {
      request.release();
      request = null;
    }
    answer.complete(result);
  }
}
