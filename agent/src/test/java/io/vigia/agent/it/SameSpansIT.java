package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.programs.Broker;
import io.vigia.agent.programs.Libraries;
import io.vigia.agent.programs.OftenUsed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Point 7: that modules are loaded late loses nothing. One program with JDBC, executors, virtual
 * threads, servlets, Spring MVC and {@code @Scheduled}, WebFlux, gRPC and Kafka, on the newest JVM
 * of the machine: scope, kind, name, ancestors, status, attributes and events of every span are
 * those that the upstream agent's are, and the metrics of these libraries are there. Another
 * program does the same for clients of HTTP, Hibernate, HikariCP, JMS, RxJava, Guava, Quartz,
 * Jersey, Vert.x, and spans of the application's own. The two demo applications: {@code
 * DemoSpansIT} of the module tests.
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

  private static final String[] OFTEN_USED = {
    "h2-",
    "slf4j-api",
    "slf4j-nop",
    "okhttp-",
    "okio-",
    "kotlin-stdlib",
    "httpclient",
    "httpcore",
    "commons-codec",
    "commons-logging",
    "HikariCP",
    "hibernate-",
    "jakarta.",
    "jboss-logging",
    "jandex",
    "classmate",
    "byte-buddy-1",
    "jaxb-",
    "istack-",
    "angus-",
    "txw2",
    "antlr4-",
    "activemq-",
    "geronimo-",
    "hawtbuf",
    "rxjava",
    "reactive-",
    "guava-",
    "failureaccess",
    "quartz",
    "jersey-",
    "hk2-",
    "aopalliance",
    "osgi-",
    "javassist",
    "vertx-",
    "netty-",
    "jackson-core",
    "opentelemetry-api",
    "opentelemetry-common",
    "opentelemetry-context",
    "opentelemetry-instrumentation-annotations",
    "jspecify"
  };

  /** Of these the key is compared: ports are free ones, threads and messages are numbered. */
  private static final Pattern CHANGING =
      Pattern.compile(
          "(server|client|network[.](peer|local))[.]port|thread[.](id|name)|messaging[.]message[.]id");

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

  @Test
  @EnabledIfEnvironmentVariable(
      named = "VIGIA_REQUIRE_BACKENDS",
      matches = "1",
      disabledReason =
          "half a minute of CPU; like the tests against real servers it runs in .ci/run")
  void everySpanOfUpstreamComesOutOfOursForWhatMostServicesUseOneOrAnotherOf() throws Exception {
    try (Receiver fromUpstream = Receiver.start();
        Receiver fromOurs = Receiver.start();
        Jvm upstream =
            oftenUsed()
                .agent(Jvm.upstreamAgent())
                .environment(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + fromUpstream.otlpPort())
                .environment("OTEL_LOGS_EXPORTER", "none")
                .start();
        Jvm ours = oftenUsed().sendingTo(fromOurs).start()) {
      for (Jvm jvm : List.of(upstream, ours)) {
        jvm.await("done", Duration.ofMinutes(3));
      }
      for (Receiver receiver : List.of(fromUpstream, fromOurs)) {
        Awaitility.await()
            .atMost(Duration.ofMinutes(2))
            .untilAsserted(
                () ->
                    assertThat(metrics(receiver))
                        .contains(
                            "db.client.connection.count",
                            "db.client.operation.duration",
                            "http.client.request.duration",
                            "http.server.request.duration",
                            "own.count"));
      }
      List<String> expected = chains(fromUpstream, upstream);
      for (String scope :
          List.of(
              "apache-httpclient-4.0",
              "apache-httpclient-5.0",
              "hibernate-6.0",
              "http-url-connection",
              "jaxrs-3.0-annotations",
              "jms-1.1",
              "methods",
              "okhttp-3.0",
              "opentelemetry-instrumentation-annotations-1.16",
              "own",
              "quartz-2.0",
              "vertx-http-client-5.0")) {
        assertThat(expected)
            .anyMatch(chain -> chain.matches("(?s)(io.opentelemetry.)?" + scope + " .*"));
      }
      assertThat(expected)
          .anyMatch(chain -> chain.contains("SELECT ? AS rx1") && chain.contains("SERVER"))
          .anyMatch(chain -> chain.contains("SELECT ? AS guava1") && chain.contains("SERVER"));
      assertThat(chains(fromOurs, ours)).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(metrics(fromOurs)).containsAll(metrics(fromUpstream));
    }
  }

  private static Jvm.Builder oftenUsed() throws Exception {
    return telling(Jvm.of(OftenUsed.class, OFTEN_USED))
        // each export has all of them, and none has to be waited for until the end
        .option("-Dotel.metric.export.interval=2000")
        .option("-Dotel.instrumentation.hibernate.enabled=true")
        .option("-Dotel.instrumentation.methods.include=io.vigia.agent.programs.OwnSpans[named]")
        .argument("told");
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
    return telling(Jvm.of(Libraries.class, LIBRARIES))
        .argument("told")
        .argument("127.0.0.1:" + broker.await("port"))
        .argument(topic);
  }

  private static Jvm.Builder telling(Jvm.Builder program) throws Exception {
    return program
        .java(PlacesIT.newestJvm().resolve("bin/java"))
        .option("-Dotel.bsp.schedule.delay=100")
        // and the metrics of databases, besides the older attributes
        .option("-Dotel.semconv-stability.opt-in=database/dup")
        // also those spans that are off by default
        .option("-Dotel.instrumentation.common.experimental.controller-telemetry.enabled=true")
        .option("-Dotel.instrumentation.common.experimental.view-telemetry.enabled=true");
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
        .filter(name -> name.matches("(db|http|kafka|messaging|own|rpc)[.].*"))
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
