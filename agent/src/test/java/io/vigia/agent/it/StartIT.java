package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.Hello;
import io.vigia.agent.programs.OrderService;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Points 1 and 2: what is said at start. */
class StartIT {

  @Test
  void settingsThatNobodyKnowsAreNamedOnceWithTheNearestAndTheVerdictSaysWhatIsWrong()
      throws Exception {
    try (Receiver receiver = Receiver.start()) {
      receiver.status = 401;
      try (Jvm jvm =
          Jvm.of(Hello.class)
              .sendingTo(receiver)
              .option("-Dotel.service.nmae=x")
              .option("-Dotel.service.name=shop")
              .option("-Dotel.traces.exporter=jaeger")
              .option("-Dotel.metrics.exporter=none")
              .environment("VIGIA_VERDIKT", "false")
              .environment("VIGIA_DEBUG", "true")
              .environment("VIGIA_REDACT_CARDS", "yes")
              .argument("1500")
              .start()) {
        assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
        assertThat(vigiaLines(jvm))
            .containsOnlyOnce("[vigia] vigia.redact.cards is true or false; taking false")
            .containsOnlyOnce(
                "[vigia] unknown system property otel.service.nmae; did you mean"
                    + " otel.service.name?")
            .containsOnlyOnce(
                "[vigia] unknown environment variable VIGIA_VERDIKT; did you mean VIGIA_VERDICT?")
            .anyMatch(line -> line.contains("Jaeger takes OTLP since 1.35"))
            .anyMatch(line -> line.startsWith("[vigia] debug: "))
            .filteredOn(line -> line.contains(": service "))
            .singleElement()
            .asString()
            .contains("service \"shop\" (from OTEL_SERVICE_NAME)")
            .contains("collector http://127.0.0.1:" + receiver.otlpPort())
            .contains("(from VIGIA_COLLECTOR): it refuses the credentials (HTTP 401)")
            .contains("traces by OTLP/HTTP, metrics not sent, logs by forward to 127.0.0.1:")
            .endsWith(": reachable");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "VIGIA_COLLECTOR, http://user:secret word@",
    "VIGIA_COLLECTOR, tcp://user:secret@collector:4318",
    "OTEL_EXPORTER_OTLP_ENDPOINT, grpc://user:secret@collector:4317",
    "OTEL_EXPORTER_OTLP_ENDPOINT, http://user:se%ret@collector",
  })
  void addressThatCannotBeReadIsSaidAndThisMachineTaken(String setting, String value)
      throws Exception {
    try (Jvm jvm = Jvm.of(Hello.class).environment(setting, value).argument("told").start()) {
      jvm.awaitUnlessEnded(() -> vigiaLines(jvm).stream().anyMatch(StartIT::isVerdict));
      jvm.endWell();
      assertThat(vigiaLines(jvm))
          .filteredOn(line -> line.contains(setting + " is not an address"))
          .singleElement()
          .asString()
          .endsWith("; using localhost");
      assertThat(vigiaLines(jvm))
          .filteredOn(StartIT::isVerdict)
          .singleElement()
          .asString()
          .contains("collector http://localhost:4318 (from default)");
      assertThat(jvm.output()).doesNotContain("secret").doesNotContain("se%ret");
    }
  }

  @Test
  void forwardAddressThatCannotBeReadLeavesTheCollectorsAsItIs() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Hello.class)
                .sendingTo(receiver)
                .environment("VIGIA_FORWARD", "tcp://user:secret@collector:24224")
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(() -> vigiaLines(jvm).stream().anyMatch(StartIT::isVerdict));
      jvm.endWell();
      assertThat(vigiaLines(jvm))
          .filteredOn(line -> line.contains("VIGIA_FORWARD is not an address"))
          .singleElement()
          .asString()
          .endsWith("; using 127.0.0.1:24224");
      assertThat(vigiaLines(jvm))
          .filteredOn(StartIT::isVerdict)
          .singleElement()
          .asString()
          .contains("(from VIGIA_COLLECTOR): reachable");
      assertThat(jvm.output()).doesNotContain("secret");
    }
  }

  @Test
  void withoutASettingTheVerdictSaysThatTheAddressIsTheDefault() throws Exception {
    try (Jvm jvm = Jvm.of(Hello.class).argument("told").start()) {
      jvm.awaitUnlessEnded(() -> vigiaLines(jvm).stream().anyMatch(StartIT::isVerdict));
      jvm.endWell();
      assertThat(jvm.output()).contains("collector http://localhost:4318 (from default)");
    }
  }

  /** As {@code check} understands it, and the SDK by itself does not. */
  @Test
  void upstreamsEndpointMayBeHostAndPortAlone() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:" + receiver.otlpPort())
                .environment("VIGIA_FORWARD", "127.0.0.1:" + receiver.forwardPort())
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
    }
  }

  @Test
  void verdictCanBeSwitchedOff() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Hello.class)
                .sendingTo(receiver)
                .environment("VIGIA_VERDICT", "false")
                .argument("1000")
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(jvm.output()).contains("hello", "ending at").doesNotContain("[vigia]");
    }
  }

  @Test
  void whatWasReadOfClassFilesIsGivenBackWhenNoMoreClassesAreLoaded() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Hello.class)
                .sendingTo(receiver)
                .environment("VIGIA_DEBUG", "true")
                .argument("told")
                .start()) {
      String said = "[vigia] debug: what was read of class files is given back";
      jvm.awaitUnlessEnded(() -> jvm.output().contains(said));
      jvm.endWell();
      assertThat(jvm.output()).contains(said);
    }
  }

  @Test
  void ofTheJdksLoadedClassesOnlyThoseAreLookedAtThatAMatcherNames() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Hello.class).sendingTo(receiver).environment("VIGIA_DEBUG", "true").start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      Matcher said =
          Pattern.compile("debug: (\\d+) of (\\d+) loaded classes").matcher(jvm.output());
      assertThat(said.find()).as(jvm.output()).isTrue();
      int all = Integer.parseInt(said.group(2));
      assertThat(all).isGreaterThan(1_000);
      assertThat(Integer.parseInt(said.group(1))).isLessThan(all / 4);
    }
  }

  @Test
  void checkSaysWhatAServiceWouldDo() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm up = Jvm.agentItself("check").sendingTo(receiver).start();
        Jvm down =
            Jvm.agentItself("check")
                .environment("VIGIA_COLLECTOR", "no-such-host.invalid")
                .start();
        Jvm help = Jvm.agentItself("--help").start();
        Jvm version = Jvm.agentItself("--version").start()) {
      assertThat(up.exitCode(Duration.ofSeconds(30))).as(up.output()).isZero();
      assertThat(up.output()).contains("OTLP/HTTP: reachable").contains(": reachable");
      assertThat(down.exitCode(Duration.ofSeconds(30))).isEqualTo(1);
      assertThat(down.output())
          .contains("host name cannot be resolved")
          .contains("VIGIA_COLLECTOR");
      assertThat(help.exitCode(Duration.ofSeconds(30))).isZero();
      assertThat(help.output()).contains("VIGIA_SPILL_DIR").contains("check");
      assertThat(version.exitCode(Duration.ofSeconds(30))).isZero();
      assertThat(version.output()).startsWith("vigia-agent ");
    }
  }

  @Test
  void checkSaysWhatItCannotReadAndWhatAPodIsCalled() throws Exception {
    try (Jvm unreadable =
            Jvm.agentItself("check").environment("VIGIA_COLLECTOR", "http://c ollector").start();
        Jvm pod =
            Jvm.agentItself("check")
                .environment("VIGIA_POD_NAME", "shop-7c9d8b6f5-x2k4p")
                .environment("VIGIA_WORKLOAD", "shop")
                .start()) {
      assertThat(unreadable.exitCode(Duration.ofSeconds(60))).isEqualTo(1);
      assertThat(unreadable.output()).contains("VIGIA_COLLECTOR is not an address");
      assertThat(pod.exitCode(Duration.ofSeconds(60))).isEqualTo(1);
      assertThat(pod.stdout()).contains("service                shop (from VIGIA_WORKLOAD)");
    }
  }

  /** The collector is there, and nothing of that signal would arrive. */
  @Test
  void checkAndVerdictAskASignalsOwnEndpointToo() throws Exception {
    String variable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    String place = "traces                 OTLP to http://127.0.0.1:1/v1/traces: ";
    String refused = "connection refused, nothing listens there";
    try (Receiver receiver = Receiver.start();
        Jvm check =
            Jvm.agentItself("check")
                .sendingTo(receiver)
                .environment(variable, "http://127.0.0.1:1/v1/traces")
                .start();
        Jvm service =
            Jvm.of(Hello.class)
                .argument("told")
                .sendingTo(receiver)
                .environment(variable, "http://127.0.0.1:1/v1/traces")
                .start()) {
      assertThat(check.exitCode(Duration.ofSeconds(60))).as(check.output()).isEqualTo(1);
      assertThat(check.stdout())
          .contains(place + refused)
          .noneMatch(line -> line.startsWith("Start the collector"));
      service.awaitUnlessEnded(() -> vigiaLines(service).stream().anyMatch(StartIT::isVerdict));
      assertThat(service.output())
          .contains("traces by OTLP to http://127.0.0.1:1/v1/traces (" + refused + "), metrics");
    }
  }

  /** An https address: what is to be secret does not leave by the forward protocol. */
  @Test
  void checkAsksOnlyThoseThatAServiceWouldSendTo() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm secure =
            Jvm.agentItself("check")
                .environment("VIGIA_COLLECTOR", "https://127.0.0.1:" + receiver.otlpPort())
                .environment("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop")
                .start();
        Jvm noLogs =
            Jvm.agentItself("check")
                .sendingTo(receiver)
                .environment("VIGIA_FORWARD", "127.0.0.1:1")
                .environment("VIGIA_LOGS", "none")
                .environment("OTEL_METRICS_EXPORTER", "none")
                .environment("OTEL_SERVICE_NAME", "shop")
                .start();
        Jvm nothing =
            Jvm.agentItself("check")
                .environment("VIGIA_COLLECTOR", "127.0.0.1:1")
                .environment("OTEL_TRACES_EXPORTER", "none")
                .environment("OTEL_METRICS_EXPORTER", "prometheus")
                .environment("OTEL_LOGS_EXPORTER", "console")
                .start()) {
      assertThat(secure.exitCode(Duration.ofSeconds(60))).isEqualTo(1);
      assertThat(secure.stdout())
          .contains(
              "service                shop (from OTEL_RESOURCE_ATTRIBUTES)",
              "collector              https://127.0.0.1:"
                  + receiver.otlpPort()
                  + " (from VIGIA_COLLECTOR)")
          .anyMatch(line -> line.startsWith("traces, metrics, logs  OTLP/HTTP: "))
          .noneMatch(line -> line.contains("forward"));
      assertThat(noLogs.exitCode(Duration.ofSeconds(60))).as(noLogs.output()).isZero();
      assertThat(noLogs.stdout())
          .contains(
              "service                shop (from OTEL_SERVICE_NAME)",
              "traces                 OTLP/HTTP: reachable",
              "metrics, logs          not sent");
      assertThat(nothing.exitCode(Duration.ofSeconds(60))).as(nothing.output()).isZero();
      assertThat(nothing.stdout())
          .contains(
              "traces                 not sent",
              "metrics                prometheus",
              "logs                   console");
    }
  }

  /** Connections that are never made: to both at once, so that it takes one time-out, not two. */
  @Test
  void verdictDoesNotWaitForOneReceiverAfterTheOther() throws Exception {
    Duration shortest = Duration.ofDays(1);
    // one after the other would take 1.6 s each time; a busy machine is given a few chances
    for (int i = 0; i < 5 && shortest.toMillis() >= 1_200; i++) {
      Duration waited = fromHelloToVerdict();
      shortest = waited.compareTo(shortest) < 0 ? waited : shortest;
    }
    assertThat(shortest).isLessThan(Duration.ofMillis(1_200));
  }

  private static Duration fromHelloToVerdict() throws Exception {
    try (FullBacklog full = FullBacklog.open();
        Jvm jvm =
            Jvm.of(Hello.class)
                .environment("VIGIA_COLLECTOR", "127.0.0.1:" + full.port())
                .environment("VIGIA_FORWARD", "127.0.0.1:" + full.port())
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(() -> jvm.output().contains("hello"));
      long begin = System.nanoTime();
      jvm.awaitUnlessEnded(() -> vigiaLines(jvm).stream().anyMatch(StartIT::isVerdict));
      Duration waited = Duration.ofNanos(System.nanoTime() - begin);
      assertThat(vigiaLines(jvm))
          .filteredOn(StartIT::isVerdict)
          .singleElement()
          .asString()
          .contains("): no answer within 800 ms; ")
          .endsWith(": no answer within 800 ms");
      jvm.endWell();
      return waited;
    }
  }

  private static boolean isVerdict(String line) {
    return line.contains(": service ");
  }

  private static List<String> vigiaLines(Jvm jvm) {
    return jvm.output().lines().filter(line -> line.startsWith("[vigia]")).toList();
  }
}
