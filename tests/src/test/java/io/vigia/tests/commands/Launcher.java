package io.vigia.tests.commands;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs {@code ./vigia} and other commands of the project's root as people type them, but in a
 * folder of their own, so that they leave their data there. Builds nothing.
 */
final class Launcher {
  private final Path folder = Folders.temporary("launcher");

  Launcher() {
    for (String command : new String[] {"vigia", "mvnw", ".mvn"}) {
      try {
        Files.createSymbolicLink(folder.resolve(command), Folders.projectRoot().resolve(command));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  Path folder() {
    return folder;
  }

  /** A line of shell. */
  ChildProcess start(String line) {
    return start(line, Map.of());
  }

  ChildProcess start(String line, Map<String, String> environment) {
    ChildProcess.Builder builder =
        ChildProcess.command("sh", "-c", "exec " + line)
            .name("command")
            .in(folder)
            .environment("VIGIA_BUILD", "no");
    environment.forEach(builder::environment);
    return builder.start();
  }
}
