package io.vigia.collector.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.export.FakeBackend.Reply;
import io.vigia.collector.net.ClientOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every exporter to a remote backend keeps, whatever the protocol. */
public abstract class RemoteExporterContractTest extends ExporterContractTest {
  /** Never reached by a fake that answers, however slow the machine. */
  private static final int TIMEOUT_MILLIS = 20_000;

  /** For fakes that never answer. */
  private static final int SHORT_TIMEOUT_MILLIS = 1_000;

  protected FakeBackend backend;

  protected abstract FakeBackend newBackend();

  /** Not started. */
  protected abstract Exporter newExporter(String url, ClientOptions options);

  /** The word for {@link Reply#REFUSED}. */
  protected abstract String refusedReason();

  /** Whether the protocol has words for such an answer; those that have not skip a case. */
  protected boolean canSay(Reply reply) {
    return true;
  }

  /** The setting to name when the backend does not know who we are. */
  protected String secretKey() {
    return "token";
  }

  @BeforeEach
  void begin() {
    backend = newBackend();
  }

  @AfterEach
  void end() {
    backend.close();
  }

  @Override
  protected Exporter newExporter() {
    return newExporter(backend.url(), within(TIMEOUT_MILLIS));
  }

  private Exporter started(int timeoutMillis) throws IOException {
    return started(newExporter(backend.url(), within(timeoutMillis)));
  }

  private static ClientOptions within(int millis) {
    return ClientOptions.defaults().withTimeoutMillis(millis);
  }

  private ExportResult exportTo(Reply... replies) throws Exception {
    backend.replies(replies);
    return get(started().export(batch()));
  }

  private ExportResult exportToSilence(Reply... later) throws Exception {
    List<Reply> replies = new ArrayList<>(List.of(later));
    replies.add(0, Reply.HANG);
    backend.replies(replies.toArray(Reply[]::new));
    return get(started(SHORT_TIMEOUT_MILLIS).export(batch()));
  }

  @Test
  void oneBatchIsOneRequest() throws Exception {
    assertThat(exportTo(Reply.OK)).isEqualTo(ExportResult.delivered());
    assertThat(backend.requests()).isEqualTo(1);
  }

  @Test
  void overloadedIsRetriedWhenTheBackendSays() throws Exception {
    assumeTrue(canSay(Reply.OVERLOADED));
    ExportResult result = exportTo(Reply.OVERLOADED, Reply.OK);
    assertAllRetried(result);
    assertThat(result.retryAfterMillis()).isEqualTo(2000);
    assertThat(result.retryReason()).contains("busy");
    assertThat(get(again())).isEqualTo(ExportResult.delivered());
  }

  @Test
  void refusedDataIsNotRetried() throws Exception {
    assumeTrue(canSay(Reply.REFUSED));
    ExportResult result = exportTo(Reply.REFUSED);
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused())
        .isNotEmpty()
        .allSatisfy(refused -> assertThat(refused.reason()).isEqualTo(refusedReason()));
    assertThat(result.refused().stream().map(ExportResult.Refused::entry).distinct())
        .containsExactly(0, 1);
  }

  @Test
  void aWrongTokenIsRetriedNotThrownAway() throws Exception {
    ExportResult result = exportTo(Reply.UNAUTHORIZED);
    assertAllRetried(result);
    assertThat(result.retryReason()).contains(secretKey());
  }

  @Test
  void aWrongTokenIsNamedByCheck() {
    backend.replies(Reply.UNAUTHORIZED);
    CheckResult result = newExporter().check();
    assertThat(result.ok()).isFalse();
    assertThat(result.remedy()).contains(secretKey(), "passwordFile");
  }

  @Test
  void silenceIsRetriedAfterTheTimeout() throws Exception {
    long begin = System.nanoTime();
    assertAllRetried(exportToSilence());
    assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(5));
  }

  @Test
  void afterSilenceTheNextTryWorks() throws Exception {
    assertAllRetried(exportToSilence(Reply.OK));
    assertThat(get(again())).isEqualTo(ExportResult.delivered());
  }

  @Test
  void garbageIsRetried() throws Exception {
    assertAllRetried(exportTo(Reply.GARBAGE));
  }

  @Test
  void aConnectionCutInTheMiddleIsRetried() throws Exception {
    assertAllRetried(exportTo(Reply.CUT));
  }

  @Test
  void nobodyThereIsRetried() throws Exception {
    backend.close();
    assertAllRetried(get(started().export(batch())));
  }

  @Test
  void closeEndsWhatIsInFlight() throws Exception {
    backend.replies(Reply.HANG);
    Exporter patient = started(60_000);
    CompletableFuture<ExportResult> open = patient.export(batch());
    Awaitility.await().until(() -> backend.requests() == 1);
    patient.close();
    assertAllRetried(get(open));
  }

  @Test
  void checkNamesWhatToDoWhenNobodyListens() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    CheckResult result = newExporter("http://127.0.0.1:" + free, within(TIMEOUT_MILLIS)).check();
    assertThat(result.ok()).isFalse();
    assertThat(result.summary()).contains("refused").contains(Integer.toString(free));
    assertThat(result.remedy()).isNotBlank();
  }

  @Test
  void checkNamesWhatToDoWhenTheNameIsUnknown() {
    CheckResult result = newExporter("http://nowhere.invalid:4317", within(TIMEOUT_MILLIS)).check();
    assertThat(result.ok()).isFalse();
    assertThat(result.summary()).contains("nowhere.invalid");
    assertThat(result.remedy()).contains("host name");
  }
}
