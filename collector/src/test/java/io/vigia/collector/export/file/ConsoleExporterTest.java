package io.vigia.collector.export.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.ExporterContractTest;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.otlp.RandomOtlp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ConsoleExporterTest extends ExporterContractTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Override
  protected Exporter newExporter() {
    return ConsoleExporter.to(out, EnumSet.allOf(Signal.class));
  }

  @Override
  protected Signal signal() {
    return Signal.TRACES;
  }

  private List<String> lines(ExportBatch batch) throws Exception {
    out.reset();
    get(started().export(batch));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void eachKindHasItsLine() throws Exception {
    assertThat(lines(TestBatches.simple(Signal.LOGS, 2)).get(1))
        .isEqualTo("2026-11-21T00:28:05.123Z INFO   shop  line 1");
    assertThat(lines(TestBatches.simple(Signal.TRACES, 1)))
        .containsExactly(
            "2026-11-21T00:28:05.123Z SPAN   shop  GET /0  server 1.000ms "
                + " trace=01020304050607080900010203040506 span=0102030405060701");
    assertThat(lines(TestBatches.simple(Signal.METRICS, 2)).get(1))
        .isEqualTo("2026-11-21T00:28:05.123Z METRIC shop  queue.depth 1.0 {items}  number=1");
  }

  @Test
  void nothingLeavesItsLineOrMovesTheCursor() throws Exception {
    LogRecord.Builder log =
        LogRecord.newBuilder()
            .setBody(AnyValue.newBuilder().setStringValue("a\nb\u001b[2Jc"))
            .addAttributes(TestBatches.attribute("k\r", "x \"y\"\u2028"))
            .addAttributes(
                TestBatches.attribute(
                    "m",
                    AnyValue.newBuilder()
                        .setKvlistValue(
                            KeyValueList.newBuilder()
                                .addValues(TestBatches.attribute("n", "1\n")))));
    var request =
        ExportLogsServiceRequest.newBuilder()
            .addResourceLogs(
                ResourceLogs.newBuilder().addScopeLogs(ScopeLogs.newBuilder().addLogRecords(log)))
            .build();
    List<String> lines =
        lines(TestBatches.batch(Signal.LOGS, Map.of("service.name", "pod"), request));
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .endsWith("pod  a\\nb\\u001b[2Jc  k\\r=\"x \\\"y\\\"\\u2028\" m={n=1\\n}");
  }

  @Test
  void onlyWantedItemsArePrinted() throws Exception {
    BitSet wanted = new BitSet();
    wanted.set(1);
    ExportBatch batch = TestBatches.simple(Signal.LOGS, 3);
    ExportBatch some =
        new ExportBatch(
            Signal.LOGS, List.of(new ExportBatch.Entry(batch.entries().get(0).record(), wanted)));
    assertThat(lines(some)).singleElement().asString().contains("line 1");
  }

  @Test
  void aClosedPipeIsRetried() throws Exception {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    Exporter exporter = started(ConsoleExporter.to(closed, EnumSet.allOf(Signal.class)));
    var result = get(exporter.export(batch()));
    assertAllRetried(result);
    assertThat(result.retryReason()).contains("stdout: Broken pipe");
  }

  @Property(tries = 50)
  void thereIsALineForEachItem(@ForAll long seed) {
    for (Signal signal : Signal.values()) {
      ExportBatch batch = TestBatches.batch(signal, Map.of(), new RandomOtlp(seed).request(signal));
      String lines = new ReadableLines().write(batch);
      assertThat(lines.lines().count()).isEqualTo(batch.items());
      assertThat(lines.chars().filter(c -> c < ' ' && c != '\n')).isEmpty();
    }
  }
}
