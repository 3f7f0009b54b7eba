package io.vigia.collector.receive.otlp;

import io.netty.util.concurrent.FastThreadLocal;
import io.vigia.collector.otlp.OtlpValidator;
import io.vigia.collector.otlp.ProtoWriter;
import io.vigia.collector.otlp.Slice;
import io.vigia.collector.receive.Gunzip;

/** The reusable tools of one event loop; a request uses them within one call, never across. */
final class Scratch {
  private static final int MAX_KEPT_BYTES = 1 << 20;
  private static final FastThreadLocal<Scratch> SCRATCH =
      new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
          return new Scratch();
        }
      };

  final OtlpValidator validator = new OtlpValidator();
  final Gunzip gunzip = new Gunzip();
  final Slice plain = new Slice();
  private final ProtoWriter writer = new ProtoWriter(16 << 10);

  static Scratch current() {
    return SCRATCH.get();
  }

  /** An empty writer. */
  ProtoWriter writer() {
    return writer.clear(MAX_KEPT_BYTES);
  }
}
