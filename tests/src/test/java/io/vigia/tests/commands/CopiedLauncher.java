package io.vigia.tests.commands;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * A copy of {@code ./vigia} in a project of its own, for what the real one should not go through:
 * an odd path, a build that fails or does not end.
 */
final class CopiedLauncher {
  private final Path project;

  /**
   * @param name of the project's folder
   */
  CopiedLauncher(String name) {
    Path parent = Folders.temporary("copied");
    project = parent.resolve(name);
    try {
      everybodyMayLookInto(parent);
      everybodyMayLookInto(Files.createDirectory(project));
      Files.copy(Folders.projectRoot().resolve("vigia"), project.resolve("vigia"));
      Files.copy(Folders.projectRoot().resolve("pom.xml"), project.resolve("pom.xml"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void everybodyMayLookInto(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Where a file of the project is. */
  Path path(String name) {
    return project.resolve(name);
  }

  /** With a jar of the real project. */
  CopiedLauncher with(String jar) {
    try {
      Files.createDirectories(project.resolve(jar).getParent());
      Files.createSymbolicLink(project.resolve(jar), Folders.projectRoot().resolve(jar));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With an executable file: a shell script in place of {@code mvnw}, for instance. */
  CopiedLauncher with(String file, String script) {
    try {
      Files.createDirectories(project.resolve(file).getParent());
      Files.writeString(project.resolve(file), "#!/bin/sh\n" + script + "\n");
      Files.setPosixFilePermissions(
          project.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A line of shell, in the project's folder. */
  ChildProcess start(String line, Map<String, String> environment) {
    ChildProcess.Builder builder =
        ChildProcess.command("sh", "-c", line).name("command").in(project);
    environment.forEach(builder::environment);
    return builder.start();
  }
}
