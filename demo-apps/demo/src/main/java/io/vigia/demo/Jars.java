package io.vigia.demo;

import java.nio.file.Files;
import java.nio.file.Path;

/** What the build made, found from the project's directory. */
record Jars(Path agent, Path collector, Path classifier, Path guestbook, Path load) {

  /**
   * @throws DemoException naming the jar that is missing and how to build it
   */
  static Jars in(Path project) throws DemoException {
    return new Jars(
        found(project, "agent/target/vigia-agent.jar"),
        found(project, "collector/target/vigia-collector.jar"),
        found(project, "demo-apps/classifier/target/classifier.jar"),
        found(project, "demo-apps/guestbook/target/guestbook.jar"),
        found(project, "demo-apps/load/target/load.jar"));
  }

  private static Path found(Path project, String name) throws DemoException {
    Path jar = project.resolve(name).toAbsolutePath().normalize();
    if (!Files.isRegularFile(jar)) {
      throw new DemoException(jar + " is missing; build it with: ./mvnw -DskipTests package");
    }
    return jar;
  }
}
