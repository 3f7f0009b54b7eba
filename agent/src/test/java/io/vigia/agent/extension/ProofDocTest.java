package io.vigia.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProofDocTest {

  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|IT))\\.(\\w+)`");

  @Test
  void everyTestThatIsNamedIsThere() throws IOException {
    Map<String, Path> classes;
    try (Stream<Path> theirs = Files.walk(Path.of("../tests/src/test/java"));
        Stream<Path> ours = Files.walk(Path.of("src/test/java"))) {
      classes =
          Stream.concat(ours, theirs)
              .filter(path -> path.toString().matches(".*(Test|IT)[.]java"))
              .collect(
                  Collectors.toMap(
                      path -> path.getFileName().toString().replace(".java", ""),
                      Function.identity(),
                      (one, other) -> one));
    }
    List<MatchResult> named =
        TEST.matcher(Files.readString(Path.of("docs/proof.md"))).results().toList();
    assertThat(named)
        .hasSizeGreaterThan(50)
        .allSatisfy(
            test -> {
              Path source = classes.get(test.group(1));
              assertThat(source).as(test.group()).isNotNull();
              assertThat(Files.readString(source)).contains("void " + test.group(2) + "(");
            });
  }

  /** The points of what the agent promises. */
  @Test
  void eachOfTheNinePointsHasATest() throws IOException {
    String[] sections = Files.readString(Path.of("docs/proof.md")).split("(?m)^## ");
    for (int point = 1; point <= 9; point++) {
      String heading = point + ". ";
      List<String> ofThisPoint =
          Arrays.stream(sections).filter(section -> section.startsWith(heading)).toList();
      assertThat(ofThisPoint).as("heading " + point).hasSize(1);
      assertThat(TEST.matcher(ofThisPoint.get(0)).results()).as("point " + point).isNotEmpty();
    }
  }
}
