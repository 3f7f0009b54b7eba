package io.vigia.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratedTest {
  /**
   * After a change: {@code ./mvnw test -pl dashboards -Dtest=GeneratedTest -Ddashboards.write}, and
   * commit.
   */
  @Test
  void committedFilesAreWhatTheCodeWrites() throws IOException {
    if (System.getProperty("dashboards.write") != null) {
      Dashboards.main(new String[] {Committed.GRAFANA.toString()});
    }
    for (Map.Entry<String, String> file : Dashboards.files().entrySet()) {
      assertThat(Committed.GRAFANA.resolve(file.getKey())).hasContent(file.getValue());
    }
    List<String> committed = Committed.boards().stream().map(Committed.Board::file).toList();
    assertThat(committed).containsExactlyInAnyOrderElementsOf(Dashboards.files().keySet());
    assertThat(Files.exists(Committed.ROOT.resolve("README.md"))).isTrue();
  }
}
