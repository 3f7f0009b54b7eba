package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.programs.Libraries;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Point 7: that modules are loaded late loses nothing. One program with JDBC, executors, virtual
 * threads, servlets, Spring MVC and {@code @Scheduled}, WebFlux, gRPC and Kafka, on the newest JVM
 * of the machine: scope, kind, name and ancestors of every span are those that the upstream agent's
 * are. The two demo applications: {@code SameSpansIT} of the module tests.
 */
class SameSpansIT {

  private static final String[] LIBRARIES = {
    "h2-",
    "jetty-",
    "jakarta.servlet",
    "slf4j-api",
    "slf4j-nop",
    "spring-",
    "reactor-",
    "reactive-",
    "micrometer-",
    "commons-logging",
    "netty-",
    "grpc-",
    "guava-",
    "failureaccess",
    "perfmark",
    "kafka-clients",
    "jspecify"
  };

  @TempDir Path directory;

  @Test
  @EnabledIfEnvironmentVariable(
      named = "VIGIA_REQUIRE_BACKENDS",
      matches = "1",
      disabledReason =
          "half a minute of CPU; like the tests against real servers it runs in .ci/run")
  void everySpanOfUpstreamComesOutOfOurs() throws Exception {
    try (Broker broker = Broker.start(directory);
        Receiver fromUpstream = Receiver.start();
        Receiver fromOurs = Receiver.start();
        Jvm upstream =
            program(broker, "upstream-topic")
                .agent(Jvm.upstreamAgent())
                .environment(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + fromUpstream.httpPort())
                .environment("OTEL_LOGS_EXPORTER", "none")
                .start();
        Jvm ours = program(broker, "our-topic").sendingTo(fromOurs).start()) {
      for (Jvm jvm : List.of(upstream, ours)) {
        jvm.await("done", Duration.ofMinutes(3));
      }
      List<String> expected = chains(fromUpstream, upstream);
      assertThat(expected)
          .hasSizeGreaterThan(30)
          .anyMatch(chain -> chain.contains("kafka"))
          .anyMatch(chain -> chain.contains("grpc"))
          .anyMatch(chain -> chain.contains("webflux"))
          .anyMatch(chain -> chain.contains("spring-webmvc"))
          .anyMatch(chain -> chain.contains("spring-scheduling"));
      assertThat(chains(fromOurs, ours)).isEqualTo(expected);
    }
  }

  private static Jvm.Builder program(Broker broker, String topic) throws Exception {
    return Jvm.of(Libraries.class, LIBRARIES)
        .java(PlacesIT.newestJvm().resolve("bin/java"))
        .option("-Dotel.bsp.schedule.delay=100")
        .option("-Dotel.metrics.exporter=none")
        // also those spans that are off by default
        .option("-Dotel.instrumentation.common.experimental.controller-telemetry.enabled=true")
        .option("-Dotel.instrumentation.common.experimental.view-telemetry.enabled=true")
        .argument("told")
        .argument(broker.address())
        .argument(topic);
  }

  /** Lets the program end; its spans, each with its ancestors, in the order of the alphabet. */
  private static List<String> chains(Receiver receiver, Jvm jvm) throws Exception {
    jvm.endWell();
    Map<ByteString, Span> byId =
        receiver.spans.stream().collect(Collectors.toMap(Span::getSpanId, Function.identity()));
    return receiver.spans.stream().map(span -> chain(span, byId, receiver)).sorted().toList();
  }

  private static String chain(Span span, Map<ByteString, Span> byId, Receiver receiver) {
    Span parent = byId.get(span.getParentSpanId());
    String name = span.getName().replaceAll("(upstream|our)-topic", "topic");
    return receiver.scopes.get(span.getSpanId())
        + " "
        + span.getKind().name().replace("SPAN_KIND_", "")
        + " \""
        + name
        + "\""
        + (span.getParentSpanId().isEmpty()
            ? ""
            : " < " + (parent == null ? "?" : chain(parent, byId, receiver)));
  }
}
