package io.vigia.agent.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code -XX:DumpLoadedClassList} wrote (the comment at its head is its specification), made
 * fit for {@code -XX:SharedClassListFile}. A class of another loader than the JDK's is a line with
 * {@code source:}. Those of the agent's own loader are in our jar under other names than the JVM
 * looks for, so it is given a jar with the same bytes under the names of classes; the JVM holds the
 * bytes that are defined later against a checksum, and needs that jar no more.
 */
final class ClassList {

  private static final Pattern LINE =
      Pattern.compile(
          "(\\S+)(?: id: (\\d+))?(?: super: (\\d+))?(?: interfaces:((?: \\d+)+))?"
              + "(?: source: (.+))?");
  private static final Pattern ENTRY =
      Pattern.compile("inst/(?:META-INF/versions/(\\d+)/)?(.+\\.class)data");

  private final Path agent;
  private final List<String> lines;

  ClassList(Path file, Path agent) throws IOException {
    this.agent = agent;
    this.lines = Files.readAllLines(file, StandardCharsets.UTF_8);
  }

  boolean hasClassesOfTheAgentsLoader() {
    return lines.stream().anyMatch(line -> line.endsWith(" source: " + agent));
  }

  /** Classes of the JDK's loaders alone, whose numbers only other loaders' need. */
  List<String> withoutOtherLoaders() {
    List<String> kept = new ArrayList<>();
    for (String line : lines) {
      if (!line.contains(" source: ")) {
        int id = line.startsWith("#") || line.startsWith("@") ? -1 : line.indexOf(" id: ");
        kept.add(id < 0 ? line : line.substring(0, id));
      }
    }
    return kept;
  }

  /**
   * With the classes of the agent's loader.
   *
   * @param jar is written: their bytes under the names of classes
   */
  List<String> withAgentsLoader(Path jar) throws IOException {
    Set<String> there = writeClasses(jar);
    Set<String> known = new HashSet<>();
    known.add("0");
    List<String> kept = new ArrayList<>();
    for (String line : lines) {
      Matcher parts = LINE.matcher(line);
      if (line.startsWith("#") || line.startsWith("@") || !parts.matches()) {
        kept.add(line);
        continue;
      }
      String source = parts.group(5);
      if (source != null) {
        boolean ours = source.equals(agent.toString()) && there.contains(parts.group(1) + ".class");
        if (!ours || !known.containsAll(parents(parts))) {
          continue;
        }
        line = line.substring(0, parts.start(5)) + jar;
      }
      if (parts.group(2) != null) {
        known.add(parts.group(2));
      }
      kept.add(line);
    }
    return kept;
  }

  private static List<String> parents(Matcher parts) {
    List<String> parents = new ArrayList<>();
    for (@Nullable String numbers : new String[] {parts.group(3), parts.group(4)}) {
      if (numbers != null) {
        for (String number : numbers.trim().split(" ", -1)) {
          parents.add(number);
        }
      }
    }
    return parents;
  }

  /** The versions of the classes that this JVM takes. */
  private Set<String> writeClasses(Path jar) throws IOException {
    Map<String, String> entryOf = new HashMap<>();
    Map<String, Integer> versionOf = new HashMap<>();
    try (PackedJar zip = new PackedJar(agent.toFile(), /* verify= */ false);
        OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (String name : zip.allNames()) {
        Matcher entry = ENTRY.matcher(name);
        if (entry.matches()) {
          int version = entry.group(1) == null ? 8 : Integer.parseInt(entry.group(1));
          if (version <= JavaVersion.feature()
              && version > versionOf.getOrDefault(entry.group(2), 0)) {
            versionOf.put(entry.group(2), version);
            entryOf.put(entry.group(2), name);
          }
        }
      }
      byte[] buffer = new byte[8192];
      for (Map.Entry<String, String> entry : entryOf.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        try (InputStream in = zip.getInputStream(zip.existing(entry.getValue()))) {
          for (int n; (n = in.read(buffer)) > 0; ) {
            out.write(buffer, 0, n);
          }
        }
        out.closeEntry();
      }
    }
    return entryOf.keySet();
  }
}
