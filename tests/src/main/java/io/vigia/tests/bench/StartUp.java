package io.vigia.tests.bench;

import io.vigia.tests.client.Http;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Time to listening and resident memory at rest, without the embedded store. */
final class StartUp {
  private static final int REST_SECONDS = 10;

  /** Asking takes CPU time from what is asked, and how seldom it asks is in the figure. */
  private static final long POLL_MILLIS = 5;

  private StartUp() {}

  /** Without an archive of classes, then with the one that a first run left, as in ./vigia run. */
  static void print(List<String> jvm, int starts) throws IOException, InterruptedException {
    print("start", jvm, starts);
    Path archive = Folders.temporary("archive").resolve("classes.jsa");
    try (CollectorProcess collector = collector(with(jvm, "-XX:ArchiveClassesAtExit=" + archive))) {
      collector.start().process().terminate(Duration.ofSeconds(60));
    }
    print("start with archive of classes", with(jvm, "-XX:SharedArchiveFile=" + archive), starts);
  }

  private static List<String> with(List<String> jvm, String option) {
    List<String> all = new ArrayList<>(jvm);
    all.addAll(List.of(option, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
    return all;
  }

  private static CollectorProcess collector(List<String> jvm) {
    return CollectorProcess.builder()
        .withoutAssertions()
        .destination("elasticsearch: {url: \"http://127.0.0.1:" + Ports.free() + "\"}")
        .jvm(jvm.toArray(String[]::new))
        .build();
  }

  private static void print(String what, List<String> jvm, int starts)
      throws IOException, InterruptedException {
    List<Long> millis = new ArrayList<>();
    long resident = 0;
    for (int i = 0; i < starts; i++) {
      try (CollectorProcess collector = collector(jvm)) {
        long start = System.nanoTime();
        collector
            .launch()
            .awaitReady(
                () ->
                    Ports.isOpen(collector.webPort())
                        && Http.answersWith(collector.webUrl() + "/readyz", 200),
                Duration.ofSeconds(60),
                POLL_MILLIS);
        millis.add((System.nanoTime() - start) / 1_000_000);
        if (i == starts - 1) {
          Thread.sleep(REST_SECONDS * 1_000L);
          resident = ProcFigures.of(collector.process().pid()).residentKib();
        }
      }
    }
    Collections.sort(millis);
    System.out.printf(
        "%s: listening and ready after %d ms (median of %d: %s)%n",
        what, millis.get(starts / 2), starts, millis);
    System.out.printf(
        "idle: %.1f MB resident after %d s, local store off%n", resident / 1024.0, REST_SECONDS);
  }
}
