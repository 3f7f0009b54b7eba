package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OtlpSlicerTest {
  /** What an item is, with everything that is said of it. */
  private static List<String> items(Signal signal, ByteBuffer request) {
    OtlpItems walk = new OtlpItems().reset(signal, request);
    List<String> items = new ArrayList<>();
    while (walk.next()) {
      String about =
          signal == Signal.METRICS
              ? walk.metric().name() + "/" + walk.metric().kind() + walk.metric().temporality()
              : "";
      items.add(
          String.join(
              "|",
              walk.resource().hex(),
              walk.resourceSchemaUrl().toString(),
              walk.scope().hex(),
              walk.scopeSchemaUrl().toString(),
              about,
              walk.item().hex()));
    }
    return items;
  }

  private static LogRecord record(
      Signal signal, Message request, long sequence, Map<String, String> attributes) {
    byte[] bytes = request.toByteArray();
    // not at the start of its array, as records read from disk are not
    ByteBuffer payload = ByteBuffer.allocate(bytes.length + 7).position(7).put(bytes).position(7);
    return new LogRecord(
        new RecordId(1, 1, sequence),
        signal,
        new Envelope(1, "test", "", attributes),
        new OtlpValidator().validate(signal, payload),
        payload);
  }

  @Property(tries = 100)
  void everyWantedItemIsInExactlyOnePartWithItsSurroundings(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    RandomOtlp otlp = new RandomOtlp(seed);
    for (Signal signal : Signal.values()) {
      List<ExportBatch.Entry> entries = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        LogRecord record = record(signal, otlp.request(signal), i, Map.of());
        if (record.items() == 0) {
          continue;
        }
        BitSet wanted = null;
        if (random.nextBoolean()) {
          wanted = new BitSet();
          wanted.set(random.nextInt(record.items()));
          wanted.set(random.nextInt(record.items()));
        }
        ExportBatch.Entry entry = new ExportBatch.Entry(record, wanted);
        entries.add(entry);
        List<String> all = items(signal, record.payload());
        assertThat(all).hasSize(record.items());
        for (int item = 0; item < all.size(); item++) {
          if (entry.wants(item)) {
            expected.add(all.get(item));
          }
        }
      }
      if (entries.isEmpty()) {
        continue;
      }
      ExportBatch batch = new ExportBatch(signal, entries);
      int maxBytes = 1 + random.nextInt(4000);
      List<String> actual = new ArrayList<>();
      List<String> named = new ArrayList<>();
      for (OtlpSlicer.Part part : OtlpSlicer.slice(batch, maxBytes)) {
        List<String> here = items(signal, part.request());
        assertThat(here).hasSize(part.items()).isNotEmpty();
        if (part.items() > 1) {
          assertThat(part.bytes()).isLessThanOrEqualTo(maxBytes);
        }
        RandomOtlp.empty(signal).newBuilderForType().mergeFrom(ByteString.copyFrom(part.request()));
        actual.addAll(here);
        for (int i = 0; i < part.entries().size(); i++) {
          ExportBatch.Entry entry = part.entries().get(i);
          assertThat(entry.record()).isSameAs(entries.get(part.firstEntry() + i).record());
          List<String> all = items(signal, entry.record().payload());
          for (int item = 0; item < all.size(); item++) {
            if (entry.wants(item)) {
              named.add(all.get(item));
            }
          }
        }
      }
      assertThat(actual).isEqualTo(expected);
      assertThat(named).isEqualTo(expected);
      assertThat(items(signal, OtlpSlicer.merge(batch).request())).isEqualTo(expected);
    }
  }

  @Test
  void envelopeAttributesAreAddedWhereTheResourceLacksThem() throws Exception {
    Resource named =
        Resource.newBuilder()
            .addAttributes(
                io.opentelemetry.proto.common.v1.KeyValue.newBuilder()
                    .setKey("k8s.pod.name")
                    .setValue(
                        io.opentelemetry.proto.common.v1.AnyValue.newBuilder()
                            .setStringValue("own")))
            .build();
    ScopeSpans spans = ScopeSpans.newBuilder().addSpans(Span.newBuilder().setName("GET /")).build();
    ExportTraceServiceRequest request =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(ResourceSpans.newBuilder().setResource(named).addScopeSpans(spans))
            .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(spans))
            .build();
    LogRecord record = record(Signal.TRACES, request, 0, Map.of("k8s.pod.name", "pod-1"));

    OtlpSlicer.Part part =
        OtlpSlicer.merge(
            new ExportBatch(Signal.TRACES, List.of(new ExportBatch.Entry(record, null))));

    var sent = ExportTraceServiceRequest.parseFrom(part.request());
    assertThat(sent.getResourceSpansList())
        .extracting(group -> group.getResource().getAttributes(0).getValue().getStringValue())
        .containsExactly("own", "pod-1");
    assertThat(sent.getResourceSpans(0).getResource().getAttributesCount()).isEqualTo(1);
    assertThat(part.entries().get(0)).isEqualTo(new ExportBatch.Entry(record, null));
  }
}
