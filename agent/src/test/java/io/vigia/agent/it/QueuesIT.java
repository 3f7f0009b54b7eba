package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vigia.agent.programs.LargeLogs;
import io.vigia.agent.programs.LargeSpans;
import io.vigia.agent.programs.ManySpans;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Point 6: what waits for the collector is bounded in bytes. */
class QueuesIT {

  /** 200 MB of spans, and a receiver with the limit that the collector has. */
  @ParameterizedTest
  @ValueSource(strings = {"96m", "40m"})
  void spansBeyondTheQueueAreDroppedCountedAndReported(String heap) throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(LargeSpans.class, "opentelemetry-api", "opentelemetry-context", "jspecify")
                .sendingTo(receiver)
                .option("-Xmx" + heap)
                .option("-Dotel.metric.export.interval=300")
                .argument("told")
                .start()) {
      receiver.maxBytes = 4 << 20;
      assertSentOrCounted(jvm, receiver);
    }
  }

  /** What a service with a thousand spans a second makes until the first time-out, and more. */
  @Test
  void spansOfAJobWhoseCollectorHangsAreAllKept(@TempDir Path spill) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Jvm job =
            Jvm.of(ManySpans.class, "opentelemetry-api", "opentelemetry-context", "jspecify")
                .environment("VIGIA_COLLECTOR", "127.0.0.1:" + silent.getLocalPort())
                .environment("VIGIA_DEBUG", "true")
                .spillingTo(spill)
                .start()) {
      assertThat(job.exitCode(Duration.ofSeconds(60))).as(job.output()).isZero();
      assertThat(spansIn(spill)).as(job.output()).isEqualTo(ManySpans.SPANS);
    }
  }

  private static long spansIn(Path spill) throws IOException {
    long spans = 0;
    try (Stream<Path> files = Files.walk(spill)) {
      for (Path file : files.filter(QueuesIT::isTraces).toList()) {
        spans +=
            ExportTraceServiceRequest.parseFrom(Files.readAllBytes(file))
                .getResourceSpansList()
                .stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .mapToLong(scope -> scope.getSpansCount())
                .sum();
      }
    }
    return spans;
  }

  private static boolean isTraces(Path file) {
    return file.getFileName().toString().startsWith("traces-");
  }

  /** Of {@link LargeSpans}: some were dropped, and no memory ran out. */
  static void assertSentOrCounted(Jvm jvm, Receiver receiver) throws Exception {
    assertThat(jvm.await("made")).isEqualTo(Integer.toString(LargeSpans.SPANS));
    jvm.awaitUnlessEnded(
        () -> receiver.spans.size() + receiver.dropped("spans", "queue full") >= LargeSpans.SPANS);
    jvm.endWell();
    assertThat(receiver.dropped("spans", "queue full")).as(jvm.output()).isPositive();
    assertThat(receiver.spans.size() + receiver.dropped("spans", "queue full"))
        .isEqualTo(LargeSpans.SPANS);
    assertThat(jvm.output()).doesNotContain("OutOfMemory");
  }

  /** 200 MB of log events, and a receiver that acknowledges none at first. */
  @ParameterizedTest
  @ValueSource(strings = {"96m", "40m"})
  void logEventsBeyondTheQueueAreDroppedCountedAndReported(String heap, @TempDir Path spill)
      throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(LargeLogs.class)
                .sendingTo(receiver)
                .spillingTo(spill)
                .environment("VIGIA_SPILL_MAX_BYTES", "1000000000") // so that only the queue drops
                .option("-Xmx" + heap)
                .option("-Dotel.metric.export.interval=300")
                .argument("told")
                .start()) {
      receiver.forward.acknowledging = false;
      assertThat(jvm.await("made")).isEqualTo(Integer.toString(LargeLogs.EVENTS));
      jvm.awaitUnlessEnded(() -> receiver.dropped("log events", "queue full") > 0);
      assertThat(receiver.logs()).isEmpty();
      receiver.forward.acknowledging = true;
      jvm.awaitUnlessEnded(() -> numbers(receiver) + droppedLogs(receiver) >= LargeLogs.EVENTS);
      jvm.endWell();
      assertThat(numbers(receiver)).as(jvm.output()).isPositive();
      assertThat(numbers(receiver) + droppedLogs(receiver)).isEqualTo(LargeLogs.EVENTS);
      assertThat(jvm.output()).doesNotContain("OutOfMemory");
    }
  }

  /** What neither fits on disk nor in the little memory that stands in for it. */
  @Test
  void payloadsBeyondTheSpillAreCountedAndReportedWhenTheCollectorIsBack(@TempDir Path spill)
      throws Exception {
    try (Receiver receiver = Receiver.start().answering(503);
        Jvm jvm =
            Jvm.of(LargeSpans.class, "opentelemetry-api", "opentelemetry-context", "jspecify")
                .sendingTo(receiver)
                .spillingTo(spill)
                .environment("VIGIA_SPILL_MAX_BYTES", "1000000")
                .environment("VIGIA_DEBUG", "true")
                .option("-Dotel.metric.export.interval=300")
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(() -> jvm.output().contains("debug: traces dropped: spool full"));
      receiver.answering(200);
      jvm.awaitUnlessEnded(() -> receiver.dropped("traces", "spool full") > 0);
      assertThat(receiver.dropped("traces", "spool full")).as(jvm.output()).isPositive();
      jvm.endWell();
    }
  }

  private static long droppedLogs(Receiver receiver) {
    return receiver.dropped("log events", "queue full");
  }

  /** How many different events arrived; each begins with its number. */
  private static long numbers(Receiver receiver) {
    return receiver.logs().stream()
        .map(log -> String.valueOf(log.get("message")).replaceAll(" .*", ""))
        .distinct()
        .count();
  }
}
