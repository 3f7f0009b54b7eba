package io.vigia.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Run with {@code -Dvigia.docs.write=true} after changing a setting. */
class SettingsDocTest {

  private static final Path DOC = Path.of("docs/settings.md");

  @Test
  void settingsPageIsWhatTheCodeSays() throws IOException {
    String made = page();
    if (Boolean.getBoolean("vigia.docs.write")) {
      Files.createDirectories(DOC.getParent());
      Files.writeString(DOC, made);
    }
    assertThat(Files.readString(DOC)).isEqualTo(made);
  }

  private static String page() {
    StringBuilder page = new StringBuilder();
    page.append("# Settings of the agent\n\n");
    page.append("Made from `Setting.java` and `Defaults.java` by `SettingsDocTest`; the build ");
    page.append("compares. None is needed.\n\n");
    page.append("A system property goes before the environment variable, and this before the ");
    page.append("property in the file that\n`otel.javaagent.configuration-file` names. ");
    page.append("A setting that begins with `otel` or `vigia` and is unknown\n");
    page.append("is named at start, with the nearest known ");
    page.append("one. Switches are `true` or `false`; another value is\nsaid, ");
    page.append("and the default taken.\n\n## Ours\n\n");
    page.append("| property | variable | default | meaning |\n|---|---|---|---|\n");
    for (Setting setting : Setting.values()) {
      page.append(
          String.format(
              "| `%s` | `%s` | %s | %s |%n",
              setting.property(), setting.variable(), setting.byDefault(), setting.meaning()));
    }
    page.append("\n## Upstream's, where our default differs\n\n");
    page.append("Every `otel.*` setting of the OpenTelemetry Java agent works as documented ");
    page.append("there; these can be set back.\n\n| property | default here |\n|---|---|\n");
    Defaults.of(CollectorAddress.find(name -> null, name -> null))
        .forEach((name, value) -> page.append(String.format("| `%s` | `%s` |%n", name, value)));
    return page.toString();
  }
}
