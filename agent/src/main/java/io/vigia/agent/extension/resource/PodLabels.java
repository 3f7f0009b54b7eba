package io.vigia.agent.extension.resource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.jspecify.annotations.Nullable;

/**
 * The pod's labels, where a downward API volume is mounted at the place that Kubernetes'
 * documentation gives it: one {@code key="value"} a line (a label's value has nothing in it that
 * would be escaped).
 */
final class PodLabels {
  static final Path FILE = Paths.get("/etc/podinfo/labels");

  /** The recommended label for an application's name. */
  private static final String NAME = "app.kubernetes.io/name=\"";

  /** {@code null} when there is no such file, or no such label in it. */
  static @Nullable String name(Path file) {
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        String label = line.trim();
        if (label.startsWith(NAME) && label.endsWith("\"") && label.length() > NAME.length() + 1) {
          return label.substring(NAME.length(), label.length() - 1);
        }
      }
    } catch (IOException | SecurityException e) {
      // no such volume, or it may not be read
    }
    return null;
  }

  private PodLabels() {}
}
