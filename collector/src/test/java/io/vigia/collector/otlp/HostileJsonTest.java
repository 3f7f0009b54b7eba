package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vigia.collector.core.Signal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** OTLP JSON with broken bytes in it: refused, or read into what protobuf understands. */
class HostileJsonTest {
  private static final byte[][] SPLICES = {
    "\"".getBytes(StandardCharsets.US_ASCII),
    "}".getBytes(StandardCharsets.US_ASCII),
    "[[[[".getBytes(StandardCharsets.US_ASCII),
    "1e999".getBytes(StandardCharsets.US_ASCII),
    "-99999999999999999999".getBytes(StandardCharsets.US_ASCII),
    "null".getBytes(StandardCharsets.US_ASCII),
    "\\ud800".getBytes(StandardCharsets.US_ASCII),
    {(byte) 0xc0, (byte) 0x80},
    {(byte) 0xff},
    {0},
  };

  @Property(tries = 1500)
  void brokenJsonIsRefusedOrBecomesOtlp(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    Signal signal = Signal.values()[random.nextInt(3)];
    byte[] json =
        JsonFormat.printer()
            .omittingInsignificantWhitespace()
            .print(new RandomOtlp(seed).request(signal))
            .getBytes(StandardCharsets.UTF_8);
    byte[] broken = spliced(json, random);
    ProtoWriter out = new ProtoWriter(256);
    try {
      OtlpJson.toProtobuf(signal, broken, 0, broken.length, out);
    } catch (MalformedOtlpException e) {
      assertThat(e.reason()).isNotBlank();
      return;
    }
    byte[] bytes = Arrays.copyOf(out.array(), out.size());
    int items;
    try {
      items = new OtlpValidator().validate(signal, bytes, 0, bytes.length);
    } catch (MalformedOtlpException e) {
      return; // ids of a wrong length are found here
    }
    assertThat(items).isNotNegative();
    switch (signal) {
      case LOGS -> ExportLogsServiceRequest.parseFrom(bytes);
      case METRICS -> ExportMetricsServiceRequest.parseFrom(bytes);
      case TRACES -> ExportTraceServiceRequest.parseFrom(bytes);
    }
  }

  private static byte[] spliced(byte[] json, Random random) {
    if (json.length == 0) {
      return json;
    }
    int at = random.nextInt(json.length);
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(json, at);
    }
    byte[] splice = SPLICES[random.nextInt(SPLICES.length)];
    int rest = Math.min(json.length, at + random.nextInt(4));
    byte[] broken = Arrays.copyOf(json, at + splice.length + json.length - rest);
    System.arraycopy(splice, 0, broken, at, splice.length);
    System.arraycopy(json, rest, broken, at + splice.length, json.length - rest);
    return broken;
  }
}
