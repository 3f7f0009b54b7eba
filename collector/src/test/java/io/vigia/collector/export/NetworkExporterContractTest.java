package io.vigia.collector.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.net.Authorization;
import io.vigia.collector.net.ClientOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Secrets and headers of the exporters that speak HTTP. */
public abstract class NetworkExporterContractTest extends TlsExporterContractTest {
  @Test
  void theTokenOfAFileGoesWithEveryRequest() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "s3cret\n");
    ClientOptions options =
        ClientOptions.defaults()
            .withAuthorization(Authorization.bearer(token))
            .withHeaders(Map.of("X-Scope-OrgID", "team-a"));
    assertThat(export(backend.url(), options)).isEqualTo(ExportResult.delivered());
    assertThat(backend.header("authorization")).isEqualTo("Bearer s3cret");
    assertThat(backend.header("x-scope-orgid")).isEqualTo("team-a");
  }

  @Test
  void usernameAndPasswordGoWithEveryRequest() throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "open sesame");
    ClientOptions options =
        ClientOptions.defaults().withAuthorization(Authorization.basic("Aladdin", password));
    assertThat(export(backend.url(), options)).isEqualTo(ExportResult.delivered());
    assertThat(backend.header("authorization")) // the example of RFC 7617
        .isEqualTo("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  }

  @Test
  void aMissingTokenFileIsNamedAndWaitedFor() throws Exception {
    Path token = folder.resolve("token");
    ClientOptions options = ClientOptions.defaults().withAuthorization(Authorization.bearer(token));
    try (Exporter exporter = newExporter(backend.url(), options)) {
      exporter.start();
      ExportResult result = get(exporter.export(batch()));
      assertThat(result.retry()).hasSize(2);
      assertThat(result.retryReason()).contains(token.toString(), "tokenFile");
      CheckResult check = exporter.check();
      assertThat(check.ok()).isFalse();
      assertThat(check.summary()).contains(token.toString());
      Files.writeString(token, "late");
      ExportResult[] last = new ExportResult[1];
      org.awaitility.Awaitility.await()
          .until(() -> (last[0] = get(exporter.export(batch()))).retry().isEmpty());
      assertThat(last[0]).isEqualTo(ExportResult.delivered());
      assertThat(backend.header("authorization")).isEqualTo("Bearer late");
    }
  }
}
