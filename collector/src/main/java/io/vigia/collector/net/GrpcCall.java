package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** One call on its way. Used on its connection's event loop only, once it was started. */
final class GrpcCall {
  private static final int PREFIX_BYTES = 5;

  final String path;
  final CompletableFuture<GrpcAnswer> answer = new CompletableFuture<>();
  private final int maxResponseBytes;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(64);
  private @Nullable ByteBuf request;
  private @Nullable Http2Headers head;
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
    if (head == null) {
      head = headers;
    }
    if (end) {
      finish(head, headers);
    }
  }

  /** The answer ended with data, as a page does: false when gRPC should have said how it ended. */
  boolean onPageEnd() {
    Http2Headers first = head;
    if (first == null || "200".contentEquals(String.valueOf(first.status()))) {
      return false;
    }
    finish(first, first);
    return true;
  }

  /** False when the response is too large. */
  boolean onData(ByteBuf data) {
    if (body.size() + data.readableBytes() > maxResponseBytes + PREFIX_BYTES) {
      return false;
    }
    byte[] bytes = new byte[data.readableBytes()];
    data.readBytes(bytes);
    body.write(bytes, 0, bytes.length);
    return true;
  }

  private void finish(Http2Headers first, Http2Headers trailers) {
    int status = GrpcTrailers.status(trailers);
    String message = GrpcTrailers.message(trailers);
    long retryAfterMillis = GrpcTrailers.retryAfterMillis(trailers);
    if (status < 0) {
      retryAfterMillis = GrpcTrailers.retryAfterMillisOfHttp(first);
      status = GrpcTrailers.ofHttp(String.valueOf(first.status()));
      message = GrpcTrailers.describe(first.status(), first.get("content-type"));
    }
    byte[] response = status == GrpcAnswer.OK ? response(first.get("grpc-encoding")) : null;
    if (status == GrpcAnswer.OK && response == null) {
      status = GrpcAnswer.INTERNAL;
      message = "an OK without a response message that can be read";
    }
    complete(
        new GrpcAnswer(
            status, message, response == null ? new byte[0] : response, retryAfterMillis, null));
  }

  /**
   * The message without its frame; null when there is none. Servers in Go compress it as the
   * request was, without being told that this end reads that (grpc-go,
   * Documentation/compression.md).
   */
  private byte @Nullable [] response(@Nullable CharSequence encoding) {
    byte[] framed = body.toByteArray();
    if (framed.length < PREFIX_BYTES) {
      return null;
    }
    if (framed[0] == 0) {
      return Arrays.copyOfRange(framed, PREFIX_BYTES, framed.length);
    }
    if (encoding == null || !"gzip".contentEquals(encoding)) {
      return null;
    }
    var compressed = new ByteArrayInputStream(framed, PREFIX_BYTES, framed.length - PREFIX_BYTES);
    try (GZIPInputStream in = new GZIPInputStream(compressed)) {
      byte[] plain = in.readNBytes(maxResponseBytes);
      return in.read() < 0 ? plain : null;
    } catch (IOException e) {
      return null;
    }
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
