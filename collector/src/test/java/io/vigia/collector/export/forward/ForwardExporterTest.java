package io.vigia.collector.export.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeBackend;
import io.vigia.collector.export.TlsExporterContractTest;
import io.vigia.collector.net.ClientOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msgpack.value.ValueFactory;

class ForwardExporterTest extends TlsExporterContractTest {
  @Override
  protected FakeBackend newBackend() {
    return new FakeForwarder();
  }

  @Override
  protected Exporter newExporter(String url, ClientOptions options) {
    return ForwardExporter.builder().address(url).client(options).build();
  }

  @Override
  protected Signal signal() {
    return Signal.LOGS;
  }

  @Override
  protected String refusedReason() {
    return "";
  }

  @Override
  protected boolean canSay(FakeBackend.Reply reply) {
    return reply != FakeBackend.Reply.OVERLOADED && reply != FakeBackend.Reply.REFUSED;
  }

  @Override
  protected String secretKey() {
    return "sharedKeyFile";
  }

  @Override
  protected String plainKey() {
    return "remove tls";
  }

  private FakeForwarder forwarder() {
    return (FakeForwarder) backend;
  }

  private Exporter with(String key, @Nullable String password) throws IOException {
    Path keyFile = Files.writeString(folder.resolve("key"), key + "\n");
    Path passwordFile =
        password == null ? null : Files.writeString(folder.resolve("password"), password);
    return started(
        ForwardExporter.builder()
            .address(backend.url())
            .identity(ForwardIdentity.of(keyFile, password == null ? null : "me", passwordFile))
            .build());
  }

  @Test
  void eventsComeWithTheirTagAndChunk() throws Exception {
    try (Exporter tagged =
        ForwardExporter.builder().address(backend.url()).tag("node.logs").gzip(true).build()) {
      assertThat(get(tagged.export(batch()))).isEqualTo(ExportResult.delivered());
    }
    assertThat(forwarder().events).hasSize(5);
    assertThat(forwarder().events).allSatisfy(e -> assertThat(e.tag()).isEqualTo("node.logs"));
    assertThat(forwarder().events.get(4).entries())
        .containsEntry(ValueFactory.newString("message"), ValueFactory.newString("line 1"))
        .containsEntry(ValueFactory.newString("level"), ValueFactory.newString("INFO"));
    assertThat(forwarder().options.get(0))
        .containsEntry(ValueFactory.newString("size"), ValueFactory.newInteger(5))
        .containsEntry(ValueFactory.newString("compressed"), ValueFactory.newString("gzip"))
        .containsEntry(
            ValueFactory.newString("chunk"), ValueFactory.newString("1122334455667788-7-100-0-5"));
  }

  @Test
  void theSharedKeyOpensTheDoor() throws Exception {
    forwarder().asksFor("k3y", "k3y", null);
    Exporter knowing = with("k3y", null);
    assertThat(get(knowing.export(batch()))).isEqualTo(ExportResult.delivered());
    assertThat(knowing.check()).isEqualTo(CheckResult.ok(knowing.check().summary()));
  }

  @Test
  void aUserAndItsPasswordToo() throws Exception {
    forwarder().asksFor("k3y", "k3y", "open sesame");
    assertThat(get(with("k3y", "open sesame").export(batch()))).isEqualTo(ExportResult.delivered());
    ExportResult refused = get(with("k3y", "wrong").export(batch()));
    assertAllRetried(refused);
    assertThat(refused.retryReason()).contains("it refused us", "passwordFile");
  }

  @Test
  void aWrongKeyIsNamed() throws Exception {
    forwarder().asksFor("k3y", "k3y", null);
    Exporter wrong = with("other", null);
    ExportResult result = get(wrong.export(batch()));
    assertAllRetried(result);
    assertThat(result.retryReason()).contains("shared_key mismatch", "sharedKeyFile");
    assertThat(wrong.check().summary()).contains("shared_key mismatch");
    assertThat(forwarder().events).isEmpty();
  }

  @Test
  void aServerThatDoesNotKnowTheKeyItselfGetsNothing() throws Exception {
    forwarder().asksFor("k3y", "not it", null);
    ExportResult result = get(with("k3y", null).export(batch()));
    assertAllRetried(result);
    assertThat(result.retryReason()).contains("does not know the shared key");
    assertThat(forwarder().events).isEmpty();
  }

  @Test
  void aServerThatAsksForNoKeyIsNamed() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "k3y");
    Exporter waiting =
        started(
            ForwardExporter.builder()
                .address(backend.url())
                .identity(ForwardIdentity.of(key, null, null))
                .client(ClientOptions.defaults().withTimeoutMillis(500))
                .build());
    ExportResult result = get(waiting.export(batch()));
    assertAllRetried(result);
    assertThat(result.retryReason()).contains("does not ask for a shared key", "sharedKeyFile");
    assertThat(waiting.check().summary()).contains("does not ask for a shared key");
  }

  @Test
  void aMissingKeyFileIsNamed() throws Exception {
    Path none = folder.resolve("none");
    Exporter exporter =
        started(
            ForwardExporter.builder()
                .address(backend.url())
                .identity(ForwardIdentity.of(none, null, null))
                .build());
    assertThat(get(exporter.export(batch())).retryReason())
        .contains(none.toString(), "sharedKeyFile");
  }

  @Test
  void onlyTheChunkThatWasNotAcknowledgedIsRetried() throws Exception {
    backend.replies(FakeBackend.Reply.OK, FakeBackend.Reply.CUT, FakeBackend.Reply.OK);
    Exporter exporter = started();
    assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
    assertAllRetried(get(exporter.export(batch())));
    assertThat(get(exporter.export(batch()))).isEqualTo(ExportResult.delivered());
    assertThat(forwarder().options.get(1)).isEqualTo(forwarder().options.get(2));
  }
}
