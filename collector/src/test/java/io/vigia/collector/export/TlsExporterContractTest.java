package io.vigia.collector.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.TestCertificate;
import io.vigia.collector.net.TestCertificates;
import io.vigia.collector.net.TlsOptions;
import io.vigia.collector.net.TlsProxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS of the exporters that have it. */
public abstract class TlsExporterContractTest extends RemoteExporterContractTest {
  @TempDir protected Path folder;
  private @Nullable TlsProxy proxy;

  /** What the remedy names when TLS is not spoken there. */
  protected String plainKey() {
    return "http://";
  }

  @AfterEach
  void closeProxy() throws Exception {
    if (proxy != null) {
      proxy.close();
    }
  }

  private String tls(TestCertificate server, @Nullable TestCertificate clients) throws Exception {
    TlsProxy made = new TlsProxy(server, clients, URI.create(backend.url()).getPort());
    proxy = made;
    return made.url("127.0.0.1");
  }

  private static ClientOptions with(TlsOptions tls) {
    return ClientOptions.defaults().withTls(tls);
  }

  protected ExportResult export(String url, ClientOptions options) throws Exception {
    try (Exporter exporter = newExporter(url, options)) {
      exporter.start();
      return get(exporter.export(batch()));
    }
  }

  private void assertRefusedNaming(String url, TlsOptions tls, String what, String remedy)
      throws Exception {
    ExportResult result = export(url, with(tls));
    assertThat(result.retry()).hasSize(2);
    assertThat(result.retryReason()).contains(URI.create(url).getAuthority(), what, remedy);
    try (Exporter exporter = newExporter(url, with(tls))) {
      CheckResult check = exporter.check();
      assertThat(check.ok()).isFalse();
      assertThat(check.summary()).contains(URI.create(url).getAuthority(), what);
      assertThat(check.remedy()).contains(remedy);
    }
  }

  @Test
  void aServerWhoseAuthorityIsTrustedGetsTheData() throws Exception {
    String url = tls(TestCertificates.SERVER, null);
    TlsOptions trusting = TlsOptions.trusting(TestCertificates.SERVER.certificate());
    assertThat(export(url, with(trusting))).isEqualTo(ExportResult.delivered());
    try (Exporter exporter = newExporter(url, with(trusting))) {
      assertThat(exporter.check().ok()).isTrue();
    }
  }

  @Test
  void aServerOfAnUnknownAuthorityGetsNothingAndIsNamed() throws Exception {
    String url = tls(TestCertificates.SERVER, null);
    assertRefusedNaming(url, TlsOptions.DEFAULT, "not from an authority", "tls.ca");
    assertThat(backend.requests()).isZero();
    TlsOptions insecure = new TlsOptions(null, null, null, null, true);
    assertThat(export(url, with(insecure))).isEqualTo(ExportResult.delivered());
  }

  @Test
  void anExpiredCertificateIsNamed() throws Exception {
    assertRefusedNaming(
        tls(TestCertificates.EXPIRED, null),
        TlsOptions.trusting(TestCertificates.AUTHORITY.certificate()),
        "expired",
        "renew");
  }

  @Test
  void aCertificateForAnotherNameIsNamedAndCanBeAskedFor() throws Exception {
    String url = tls(TestCertificates.OTHER_NAME, null);
    Path ca = TestCertificates.OTHER_NAME.certificate();
    assertRefusedNaming(url, TlsOptions.trusting(ca), "another name", "tls.serverName");
    TlsOptions named = new TlsOptions(ca, null, null, "other.example", false);
    assertThat(export(url, with(named))).isEqualTo(ExportResult.delivered());
  }

  @Test
  void aServerThatWantsACertificateIsNamedAndGetsIt() throws Exception {
    String url = tls(TestCertificates.SERVER, TestCertificates.CLIENT);
    Path ca = TestCertificates.SERVER.certificate();
    assertRefusedNaming(url, TlsOptions.trusting(ca), "certificate", "tls.cert");
    TestCertificate client = TestCertificates.CLIENT;
    TlsOptions mutual = new TlsOptions(ca, client.certificate(), client.key(), null, false);
    assertThat(export(url, with(mutual))).isEqualTo(ExportResult.delivered());
  }

  @Test
  void aRenewedCertificateIsUsedAndTheConnectionOfTheOldOneLeft() throws Exception {
    TestCertificate old = TestCertificates.CLIENT;
    TestCertificate renewed = TestCertificates.RENEWED_CLIENT;
    int port = URI.create(backend.url()).getPort();
    TlsProxy server = new TlsProxy(TestCertificates.SERVER, List.of(old, renewed), port);
    proxy = server;
    Path certificate = Files.copy(old.certificate(), folder.resolve("tls.crt"));
    Path key = Files.copy(old.key(), folder.resolve("tls.key"));
    TlsOptions mutual =
        new TlsOptions(TestCertificates.SERVER.certificate(), certificate, key, null, false);
    List<ExportResult> results = new ArrayList<>();
    try (Exporter exporter = newExporter(server.url("127.0.0.1"), with(mutual))) {
      exporter.start();
      results.add(get(exporter.export(batch())));
      assertThat(server.openClients()).isNotEmpty().containsOnly("CN=client");
      Files.copy(renewed.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(renewed.key(), key, StandardCopyOption.REPLACE_EXISTING);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                List<CompletableFuture<ExportResult>> together = new ArrayList<>();
                for (int i = 0; i < exporter.limits().maxInFlight(); i++) {
                  together.add(exporter.export(batch()));
                }
                for (CompletableFuture<ExportResult> one : together) {
                  results.add(get(one));
                }
                assertThat(server.openClients()).isNotEmpty().containsOnly("CN=renewed");
              });
    }
    assertThat(results).containsOnly(ExportResult.delivered());
  }

  @Test
  void filesThatAreNoCertificatesAreNamed() throws Exception {
    Path ca = Files.writeString(folder.resolve("ca.pem"), "nonsense");
    assertRefusedNaming(
        tls(TestCertificates.SERVER, null), TlsOptions.trusting(ca), ca.toString(), "PEM");
  }

  @Test
  void tlsToAPlainPortIsNamed() {
    String url = backend.url().replace("http://", "https://");
    // a server that closes at once may take its answer back before it is read: the next one tells
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertRefusedNaming(url, TlsOptions.DEFAULT, "does not speak TLS", plainKey()));
  }
}
