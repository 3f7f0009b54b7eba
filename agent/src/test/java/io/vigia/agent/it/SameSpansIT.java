package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.programs.Broker;
import io.vigia.agent.programs.Libraries;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Point 7: that modules are loaded late loses nothing. One program with JDBC, executors, virtual
 * threads, servlets, Spring MVC and {@code @Scheduled}, WebFlux, gRPC and Kafka, on the newest JVM
 * of the machine: scope, kind, name, ancestors, status, attributes and events of every span are
 * those that the upstream agent's are, and the metrics of these libraries are there. The two demo
 * applications: {@code DemoSpansIT} of the module tests.
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

  /** Of these the key is compared: ports are free ones, threads are numbered as they come. */
  private static final Pattern CHANGING =
      Pattern.compile("(server|client|network[.](peer|local))[.]port|thread[.](id|name)");

  @TempDir Path directory;

  @Test
  @EnabledIfEnvironmentVariable(
      named = "VIGIA_REQUIRE_BACKENDS",
      matches = "1",
      disabledReason =
          "half a minute of CPU; like the tests against real servers it runs in .ci/run")
  void everySpanOfUpstreamComesOutOfOurs() throws Exception {
    try (Jvm broker = broker();
        Receiver fromUpstream = Receiver.start();
        Receiver fromOurs = Receiver.start();
        Jvm upstream =
            program(broker, "upstream-topic")
                .agent(Jvm.upstreamAgent())
                .environment(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + fromUpstream.otlpPort())
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
          .anyMatch(chain -> chain.contains("spring-scheduling"))
          .anyMatch(chain -> chain.contains("STATUS_CODE_ERROR"))
          .anyMatch(chain -> chain.contains("event exception"))
          .anyMatch(chain -> chain.contains("=SELECT ? AS grpc"));
      assertThat(chains(fromOurs, ours)).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(metrics(fromUpstream))
          .contains(
              "db.client.operation.duration",
              "http.client.request.duration",
              "http.server.request.duration",
              "kafka.consumer.records_consumed_total",
              "kafka.producer.record_send_total",
              "rpc.client.duration",
              "rpc.server.duration");
      assertThat(metrics(fromOurs)).containsAll(metrics(fromUpstream));
    }
  }

  private Jvm broker() throws Exception {
    return Jvm.launching(
            List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Broker.class.getName(),
                directory.toString()))
        .withoutAgent()
        .start();
  }

  private static Jvm.Builder program(Jvm broker, String topic) throws Exception {
    return Jvm.of(Libraries.class, LIBRARIES)
        .java(PlacesIT.newestJvm().resolve("bin/java"))
        .option("-Dotel.bsp.schedule.delay=100")
        // and the metrics of databases, besides the older attributes
        .option("-Dotel.semconv-stability.opt-in=database/dup")
        // also those spans that are off by default
        .option("-Dotel.instrumentation.common.experimental.controller-telemetry.enabled=true")
        .option("-Dotel.instrumentation.common.experimental.view-telemetry.enabled=true")
        .argument("told")
        .argument("127.0.0.1:" + broker.await("port"))
        .argument(topic);
  }

  /** Lets the program end; its spans, each with its ancestors, in the order of the alphabet. */
  private static List<String> chains(Receiver receiver, Jvm jvm) throws Exception {
    jvm.endWell();
    Map<ByteString, Span> byId =
        receiver.spans.stream().collect(Collectors.toMap(Span::getSpanId, Function.identity()));
    return receiver.spans.stream()
        .map(span -> chain(span, byId, receiver) + content(span))
        .sorted()
        .toList();
  }

  /** Those of libraries; which of the JVM's there are depends on what its collector did. */
  private static Set<String> metrics(Receiver receiver) {
    return receiver.metrics.stream()
        .map(Metric::getName)
        .filter(name -> name.matches("(db|http|kafka|messaging|rpc)[.].*"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String content(Span span) {
    StringBuilder content = new StringBuilder("\n  " + span.getStatus().getCode());
    content.append(' ').append(span.getStatus().getMessage());
    content.append(attributes(span.getAttributesList()));
    for (Span.Event event : span.getEventsList()) {
      content.append("\n  event ").append(event.getName());
      content.append(attributes(event.getAttributesList()));
    }
    return content.append("\n  links ").append(span.getLinksCount()).append('\n').toString();
  }

  private static String attributes(List<KeyValue> attributes) {
    return attributes.stream()
        .map(each -> "\n    " + each.getKey() + "=" + value(each))
        .sorted()
        .collect(Collectors.joining());
  }

  private static String value(KeyValue attribute) {
    if (CHANGING.matcher(attribute.getKey()).matches()) {
      return "*";
    }
    AnyValue value = attribute.getValue();
    String text = value.hasStringValue() ? value.getStringValue() : value.toString();
    return text.lines()
        .findFirst() // of a stack trace
        .orElse("")
        .replaceAll("(upstream|our)-topic", "topic")
        .replaceAll("127[.]0[.]0[.]1:\\d+", "127.0.0.1:*");
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
