package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void headersOfUpstreamsSettingArePercentDecoded() {
    assertThat(RequestHeaders.parse("a=1, b = x%20y+z"))
        .containsEntry("a", "1")
        .containsEntry("b", "x y+z");
  }
}
