package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.Hello;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Point 7: looking at fewer of the JDK's loaded classes, and reading less advice, changes the same
 * of them as upstream does. What is changed is taken from upstream's debug log, what is loaded from
 * the JVM's.
 */
class SameJdkClassesIT {

  private static final Pattern CHANGED = Pattern.compile("Transformed (\\S+) -- null");
  private static final Pattern LOADED = Pattern.compile("load\\] (\\S+) source:");

  @Test
  void thoseThatUpstreamChangesAreChanged() throws Exception {
    SortedSet<String> expected = names(CHANGED, output(Jvm.upstreamAgent()));
    String ours = output(Jvm.AGENT);
    // less is loaded at start, and what is loaded later is changed then
    expected.retainAll(names(LOADED, ours));
    assertThat(expected)
        .contains(
            "java.lang.Class",
            "java.lang.ClassLoader",
            "java.net.URLClassLoader",
            "java.util.concurrent.ThreadPoolExecutor");
    assertThat(names(CHANGED, ours)).containsAll(expected);
  }

  private static String output(Path agent) throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Hello.class)
                .agent(agent)
                .option("-Dotel.javaagent.debug=true")
                .option("-verbose:class")
                .environment(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + receiver.otlpPort())
                .start()) {
      assertThat(jvm.exitCode(Duration.ofMinutes(3))).as(jvm.output()).isZero();
      return jvm.output();
    }
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
