package io.vigia.tests.backends;

import io.vigia.tests.client.Http;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Prometheus with the remote write receiver, exemplars and native histograms on, and optionally
 * scrape targets, scraped every second.
 */
public final class Prometheus extends BackendServer {
  private final Path program = Backend.PROMETHEUS.program();
  private final int port = Ports.free();
  private final Path folder = Folders.temporary("prometheus");
  private final List<String> targets = new ArrayList<>();
  private String features = "exemplar-storage,native-histograms";

  /** Scrape this {@code host:port} under {@code /metrics} as job {@code scrape}. Before start. */
  public Prometheus scraping(String target) {
    targets.add(target);
    return this;
  }

  /** Refuse native histograms, as is the default of 2.x. Before start. */
  public Prometheus withoutNativeHistograms() {
    features = "exemplar-storage";
    return this;
  }

  /** Such as {@code 2.42.0}. Once it runs. */
  public String version() {
    return Http.json(url() + "/api/v1/status/buildinfo").path("data").path("version").asText();
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  public String remoteWriteUrl() {
    return url() + "/api/v1/write";
  }

  @Override
  protected boolean answers() {
    return Http.answersWith(url() + "/-/ready", 200);
  }

  @Override
  protected ChildProcess launch() {
    Path config = folder.resolve("prometheus.yml");
    try {
      Files.writeString(
          config,
          """
          global: {scrape_interval: 1s, evaluation_interval: 10s}
          storage: {tsdb: {out_of_order_time_window: 30m}, exemplars: {max_exemplars: 10000}}
          scrape_configs:
            - job_name: scrape
              honor_labels: true
              static_configs: [{targets: [%s]}]
          """
              .formatted(String.join(", ", targets.stream().map(t -> '"' + t + '"').toList())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ChildProcess.command(
            program.toString(),
            "--config.file=" + config,
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port,
            "--web.enable-remote-write-receiver",
            "--web.enable-lifecycle",
            "--enable-feature=" + features)
        .in(folder)
        .output(folder.resolve("prometheus.out"))
        .start();
  }
}
