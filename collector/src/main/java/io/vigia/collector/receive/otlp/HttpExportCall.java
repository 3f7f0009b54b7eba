package io.vigia.collector.receive.otlp;

import io.netty.util.concurrent.EventExecutor;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.MalformedOtlpException;
import io.vigia.collector.otlp.OtlpJson;
import io.vigia.collector.otlp.ProtoWriter;
import io.vigia.collector.otlp.Slice;
import io.vigia.collector.receive.otlp.Answer.Kind;
import java.util.function.Consumer;

/** An OTLP/HTTP request; the body is the message, perhaps compressed. */
final class HttpExportCall extends ExportCall {
  private final HttpHead head;
  private final Consumer<Answer> writer;
  private final Signal signal;

  /**
   * @param writer writes the answer to this request
   */
  HttpExportCall(
      Intaker intaker,
      EventExecutor eventLoop,
      Signal signal,
      String peer,
      HttpHead head,
      Consumer<Answer> writer) {
    super(intaker, eventLoop, signal, Intaker.HTTP, peer, intaker.maxMessageBytes());
    this.signal = signal;
    this.head = head;
    this.writer = writer;
  }

  @Override
  void complete() {
    if (answered()) {
      return;
    }
    Slice plain = plain(head.encoding(), body().array(), 0, body().size());
    if (plain == null) {
      return;
    }
    if (head.json()) {
      ProtoWriter protobuf = Scratch.current().writer();
      try {
        OtlpJson.toProtobuf(signal, plain.array(), plain.offset(), plain.length(), protobuf);
      } catch (MalformedOtlpException e) {
        malformed(Kind.MALFORMED, e.reason(), String.valueOf(e.getMessage()));
        return;
      }
      plain.set(protobuf.array(), 0, protobuf.size());
    }
    accept(plain.array(), plain.offset(), plain.length());
  }

  @Override
  void write(Answer answer) {
    writer.accept(answer);
  }
}
