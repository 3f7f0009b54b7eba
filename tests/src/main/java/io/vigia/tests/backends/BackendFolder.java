package io.vigia.tests.backends;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the servers for tests are kept by version, and which of them are on this machine.
 *
 * <p>With {@code VIGIA_REQUIRE_BACKENDS=1} a missing server that one of the scripts in {@code
 * tests/backends} can obtain is obtained; otherwise nothing is ever downloaded by a test.
 */
public final class BackendFolder {
  static final String ELASTICSEARCH = "elasticsearch-8.19.21";
  static final String JAEGER = "jaeger-1.76.0/all-in-one";

  private BackendFolder() {}

  /** Whether a missing server fails the tests. */
  public static boolean required() {
    return "1".equals(System.getenv("VIGIA_REQUIRE_BACKENDS"));
  }

  /** The same folder as {@code tests/backends/folder.sh} prints. */
  public static Path path() {
    String set = System.getenv("VIGIA_BACKENDS");
    if (set != null && !set.isEmpty()) {
      return Path.of(set);
    }
    if ("root".equals(System.getProperty("user.name"))) {
      return Path.of("/var/cache/vigia/backends");
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache != null && !cache.isEmpty()
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("vigia/backends");
  }

  /** The unpacked Elasticsearch. */
  static Optional<Path> elasticsearch() {
    Path home = path().resolve(ELASTICSEARCH);
    return obtained(home.resolve("bin/elasticsearch"), "elasticsearch.sh").map(found -> home);
  }

  /** The Jaeger binary. */
  static Optional<Path> jaeger() {
    return obtained(path().resolve(JAEGER), "jaeger.sh");
  }

  /** A program on the PATH. */
  public static Optional<Path> onPath(String program) {
    String path = System.getenv("PATH");
    for (String folder : (path == null ? "" : path).split(":", -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private static Optional<Path> obtained(Path program, String script) {
    if (!Files.isExecutable(program) && required()) {
      Path file = Folders.projectRoot().resolve("tests/backends").resolve(script);
      try (ChildProcess child = ChildProcess.command(file.toString()).name(script).start()) {
        int code = child.awaitExit(Duration.ofMinutes(40));
        if (code != 0) {
          throw new IllegalStateException(script + " failed\n" + child.tail());
        }
      }
    }
    return Files.isExecutable(program) ? Optional.of(program) : Optional.empty();
  }
}
