package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.Hello;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Point 7: looking at fewer of the JDK's loaded classes, and reading less advice, changes the same
 * of them as upstream does. What is changed is taken from what Byte Buddy dumps, what is loaded
 * from the JVM's log.
 */
class SameJdkClassesIT {

  private static final Pattern ORIGINAL = Pattern.compile("(java.*)-original([.][0-9]+[.]class)");
  private static final Pattern LOADED = Pattern.compile("load\\] (\\S+) source:");

  @TempDir Path ofUpstream;
  @TempDir Path ofOurs;

  @Test
  void thoseThatUpstreamChangesAreChanged() throws Exception {
    run(Jvm.upstreamAgent(), ofUpstream);
    SortedSet<String> expected = changed(ofUpstream);
    String loaded = run(Jvm.AGENT, ofOurs);
    // less is loaded at start, and what is loaded later is changed then
    expected.retainAll(names(LOADED, loaded));
    assertThat(expected)
        .contains(
            "java.lang.Class",
            "java.lang.ClassLoader",
            "java.net.URLClassLoader",
            "java.util.concurrent.ThreadPoolExecutor");
    assertThat(changed(ofOurs)).containsAll(expected);
  }

  private static String run(Path agent, Path dump) throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Hello.class)
                .agent(agent)
                .option("-Dnet.bytebuddy.dump=" + dump)
                .option("-verbose:class")
                .environment(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + receiver.otlpPort())
                .start()) {
      assertThat(jvm.exitCode(Duration.ofMinutes(3))).as(jvm.output()).isZero();
      return jvm.output();
    }
  }

  /** Those that are not the same afterwards; upstream writes some anew without a change. */
  private static SortedSet<String> changed(Path dump) throws IOException {
    SortedSet<String> changed = new TreeSet<>();
    try (Stream<Path> files = Files.list(dump)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Matcher original = ORIGINAL.matcher(file.getFileName().toString());
        if (original.matches()) {
          Path after = dump.resolve(original.group(1) + original.group(2));
          if (Files.exists(after) && Files.size(after) != Files.size(file)) {
            changed.add(original.group(1));
          }
        }
      }
    }
    return changed;
  }

  private static SortedSet<String> names(Pattern pattern, String output) {
    SortedSet<String> names = new TreeSet<>();
    Matcher line = pattern.matcher(output);
    while (line.find()) {
      names.add(line.group(1));
    }
    return names;
  }
}
