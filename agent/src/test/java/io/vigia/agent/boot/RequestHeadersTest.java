package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHeadersTest {

  @TempDir Path directory;

  @Test
  void tokenIsReadAgainWhenItsFileIsReplaced() throws Exception {
    Path file = directory.resolve("token");
    Files.writeString(file, "first\n");
    RequestHeaders headers = new RequestHeaders(file, Map.of("x-tenant", "a"));
    assertThat(headers.current())
        .containsEntry("Authorization", "Bearer first")
        .containsEntry("x-tenant", "a");
    Files.writeString(file, "the second\n");
    assertThat(headers.token()).isEqualTo("the second");
    Files.delete(file);
    assertThat(headers.token()).as("that of before, while it is away").isEqualTo("the second");
  }

  @Test
  void tokenWithALineBreakInsideCannotAddAHeader() throws Exception {
    Path file = directory.resolve("token");
    Files.writeString(file, "x\r\nEvil: 1");
    assertThat(new RequestHeaders(file, Map.of()).token()).isNull();
  }

  /** The collector may take requests without one, or say only that it wants one. */
  @ParameterizedTest
  @ValueSource(strings = {"", "two\nlines"})
  void fileThatHasNoTokenIsSaidOnce(String content) throws Exception {
    Path empty = Files.writeString(directory.resolve("empty"), content);
    Path missing = directory.resolve("missing");
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(lines, true));
    try {
      for (Path file : List.of(empty, missing, empty, missing)) {
        assertThat(new RequestHeaders(file, Map.of()).token()).isNull();
      }
    } finally {
      System.setErr(before);
    }
    assertThat(lines.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("vigia.token.file: it has not one line; no token is sent")
        .containsOnlyOnce("NoSuchFileException: " + missing + "; no token is sent");
  }

  /** A server refuses a request with two, or takes the wrong one. */
  @Test
  void tokenTakesThePlaceOfCredentialsWhateverTheirCase() throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "ours");
    assertThat(new RequestHeaders(file, Map.of("authorization", "Basic x")).current())
        .isEqualTo(Map.of("Authorization", "Bearer ours"));
  }

  /** A backend that is given its own credentials is none of ours. */
  @Test
  void tokenIsNotForASignalWithAddressAndHeadersOfItsOwn() throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "ours");
    System.setProperty("vigia.token.file", file.toString());
    try {
      assertThat(traces("otel.exporter.otlp.traces.headers")).containsValue("Bearer ours");
      assertThat(traces("otel.exporter.otlp.traces.headers", "otel.exporter.otlp.traces.endpoint"))
          .containsKey("x-key")
          .doesNotContainKey("Authorization");
    } finally {
      System.clearProperty("vigia.token.file");
    }
  }

  private static Map<String, String> traces(String... set) {
    for (String property : set) {
      System.setProperty(property, property.endsWith("headers") ? "x-key=1" : "https://b.example");
    }
    try {
      return RequestHeaders.find("traces").current();
    } finally {
      for (String property : set) {
        System.clearProperty(property);
      }
    }
  }

  @Test
  void headersOfUpstreamsSettingArePercentDecoded() {
    assertThat(RequestHeaders.parse("a=1, b = x%20y+z"))
        .containsEntry("a", "1")
        .containsEntry("b", "x y+z");
  }
}
