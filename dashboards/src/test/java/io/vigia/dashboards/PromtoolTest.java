package io.vigia.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vigia.dashboards.Committed.Board;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus' own parser and rule tester on what is committed. */
class PromtoolTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** A panel or row that the reader of an alert is sent to. */
  private static final Pattern NAMED = Pattern.compile("(?:panel|row) ([^.;]+)");

  @TempDir private Path folder;

  @BeforeEach
  void promtoolIsThere() {
    boolean found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "promtool")));
    if (!found) {
      String missing = "promtool is missing; get it with: apt-get install prometheus";
      assertThat(System.getenv("VIGIA_REQUIRE_BACKENDS")).as(missing).isNotEqualTo("1");
      System.err.println("SKIPPED: " + missing);
      Assumptions.abort(missing);
    }
  }

  @Test
  void everyExpressionOfEveryPanelIsPromQl() throws Exception {
    List<String> rules = new ArrayList<>();
    for (Board board : Committed.boards()) {
      for (String expression : board.expressions()) {
        String promQl = expression.replace("$__rate_interval", "1m").replace("$__range", "1h");
        rules.add("{record: 'panel:" + rules.size() + "', expr: " + quoted(promQl) + "}");
      }
    }
    assertThat(rules).hasSizeGreaterThan(40);
    String file = "groups: [{name: panels, rules: [\n" + String.join(",\n", rules) + "]}]\n";
    Path written = Files.writeString(folder.resolve("panels.yml"), file);

    promtool("check", "rules", written.toString());
  }

  @Test
  void rulesAreValidAndFireWhenTheyShould() throws Exception {
    promtool("check", "rules", Committed.RULES.resolve("rules.yml").toString());
    promtool("test", "rules", Committed.RULES.resolve("rules.test.yml").toString());
  }

  /** The file says when each fires: every one of them is in it, and fires there. */
  @Test
  void everyAlertHasACaseInWhichItFires() throws IOException {
    List<String> fire = new ArrayList<>();
    YAML.readTree(Committed.RULES.resolve("rules.test.yml").toFile())
        .findValues("alert_rule_test")
        .forEach(
            cases ->
                cases.forEach(
                    each -> {
                      if (!each.path("exp_alerts").isEmpty()) {
                        fire.add(each.path("alertname").asText());
                      }
                    }));
    JsonNode rules = YAML.readTree(Committed.RULES.resolve("rules.yml").toFile());
    assertThat(fire).containsAll(rules.findValuesAsText("alert"));
  }

  @Test
  void alertsSendTheReaderToDashboardsAndPanelsThatExist() throws IOException {
    List<String> boards =
        Committed.boards().stream().map(b -> b.json().path("uid").asText()).toList();
    JsonNode groups = YAML.readTree(Committed.RULES.resolve("rules.yml").toFile()).path("groups");
    for (JsonNode text : groups.findValues("description")) {
      Stream.of(text.asText().split("[ ,.;]"))
          .filter(word -> word.startsWith("vigia-"))
          .forEach(uid -> assertThat(boards).contains(uid));
    }
    Set<String> titles = new HashSet<>();
    Committed.boards()
        .forEach(
            board ->
                board.json().path("panels").forEach(p -> titles.add(p.path("title").asText())));
    for (JsonNode text : groups.findValues("description")) {
      Matcher named = NAMED.matcher(text.asText());
      while (named.find()) {
        assertThat(titles).contains(named.group(1));
      }
    }
    assertThat(groups.findValues("summary")).hasSizeGreaterThan(5);
  }

  private static String quoted(String text) throws IOException {
    return new ObjectMapper().writeValueAsString(text);
  }

  private static void promtool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(text).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
