package io.vigia.collector;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/** Finds the agent for the line that the page shows while nothing has arrived. */
final class AgentJar {
  private static final String NAME = "vigia-agent.jar";

  private AgentJar() {}

  /** The exact command when the agent is found near the collector's jar. */
  static String attachLine() {
    return attachLine(locate());
  }

  /** To be typed into a shell, which takes a path apart at spaces. */
  static String attachLine(String jar) {
    String option = "-javaagent:" + jar;
    boolean plain = option.matches("[A-Za-z0-9/._+@%:,=-]+");
    String word = plain ? option : "'" + option.replace("'", "'\\''") + "'";
    return "java " + word + " -jar your-service.jar";
  }

  private static String locate() {
    Path here = ownDirectory();
    for (Path candidate :
        new Path[] {
          here.resolve(NAME),
          here.resolve("../../agent/target").resolve(NAME),
          Path.of("/vigia", NAME)
        }) {
      if (Files.isRegularFile(candidate)) {
        return candidate.toAbsolutePath().normalize().toString();
      }
    }
    return "/path/to/" + NAME;
  }

  private static Path ownDirectory() {
    CodeSource source = AgentJar.class.getProtectionDomain().getCodeSource();
    try {
      Path parent = source == null ? null : Path.of(source.getLocation().toURI()).getParent();
      return parent == null ? Path.of("") : parent;
    } catch (URISyntaxException e) {
      return Path.of("");
    }
  }
}
