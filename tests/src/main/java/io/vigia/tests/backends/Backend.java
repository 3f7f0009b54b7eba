package io.vigia.tests.backends;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** The programs that tests need beside the project itself. */
public enum Backend {
  ELASTICSEARCH(
      "Elasticsearch 8.19.21",
      "run tests/backends/elasticsearch.sh (107 MB from Maven Central, once)",
      BackendFolder::elasticsearch),
  JAEGER(
      "Jaeger 1.76.0",
      "run tests/backends/jaeger.sh (needs Go; builds it once, some minutes)",
      BackendFolder::jaeger),
  PROMETHEUS(
      "Prometheus",
      "put prometheus on the PATH (Debian, Ubuntu: apt-get install prometheus)",
      () -> BackendFolder.onPath("prometheus")),
  CHROMIUM(
      "Chromium",
      "put chromium on the PATH (Debian: apt-get install chromium)",
      () -> BackendFolder.onPath("chromium"));

  private final String title;
  private final String remedy;
  private final Supplier<Optional<Path>> finder;

  Backend(String title, String remedy, Supplier<Optional<Path>> finder) {
    this.title = title;
    this.remedy = remedy;
    this.finder = finder;
  }

  /** Where it is, if it is on this machine. */
  public Optional<Path> find() {
    return finder.get();
  }

  /** Where it is. Throws with the remedy when it is missing. */
  Path program() {
    return find().orElseThrow(() -> new IllegalStateException(missing()));
  }

  /** One line: what is missing and how to get it. */
  public String missing() {
    return title + " is missing: " + remedy;
  }
}
