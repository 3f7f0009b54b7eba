package io.vigia.collector.pipeline;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.Signal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A batch of which the payload is a text: {@link FakeExporter} tells such a text and an item. */
final class TextBatch {
  private TextBatch() {}

  static Batch of(String text, int items) {
    return of(Signal.LOGS, text, items);
  }

  static Batch of(Signal signal, String text, int items) {
    ByteBuffer payload = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    return new Batch(signal, items, Envelope.now("test", "peer"), payload);
  }
}
