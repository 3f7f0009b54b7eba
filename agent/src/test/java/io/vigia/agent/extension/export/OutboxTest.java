package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutboxTest {

  private final List<String> delivered = new ArrayList<>();
  private final Spool spool = new Spool(null, 0);
  private final ExportHealth health = new ExportHealth("http://c");
  private @Nullable IOException failure;
  private int attempts;
  private long nanos;
  private final Outbox outbox = new Outbox("traces", this::deliver, spool, health, () -> nanos);

  @Test
  void whatIsKeptGoesOutBeforeWhatIsNew() {
    failure = new IOException("down");
    send("1");
    send("2");
    failure = null;
    waitForThePauseToEnd();
    send("3");
    assertThat(delivered).containsExactly("1", "2", "3");
    assertThat(spool.isEmpty()).isTrue();
  }

  @Test
  void duringThePauseNobodyIsAsked() {
    failure = new IOException("down");
    send("1");
    send("2");
    send("3");
    assertThat(attempts).isEqualTo(1);
  }

  @Test
  void refusedPayloadDoesNotHoldTheOthers() {
    failure = new IOException("down");
    send("bad");
    send("2");
    failure = null;
    waitForThePauseToEnd();
    send("3");
    assertThat(delivered).containsExactly("2", "3");
    assertThat(health.counts().keySet())
        .anyMatch(outcome -> outcome.outcome.equals("dropped") && outcome.reason.equals("refused"));
  }

  /** Some backends answer 500 to what they cannot take, whenever it comes. */
  @Test
  void payloadThatTheCollectorFailsWithDoesNotHoldTheOthersForGood() {
    send("poison");
    for (int i = 1; i < 20; i++) {
      nanos += 60_000_000_000L;
      send(String.valueOf(i));
    }
    assertThat(spool.isEmpty()).isTrue();
    assertThat(delivered).hasSize(19);
    assertThat(health.counts())
        .containsEntry(new ExportHealth.Outcome("dropped", "refused", "traces"), 1L);
  }

  @Test
  void nothingIsGivenUpWhileTheCollectorFailsWithEverything() {
    failure = new Outbox.FailedException("HTTP 500", 0);
    for (int i = 0; i < 50; i++) {
      nanos += 60_000_000_000L;
      send(String.valueOf(i));
    }
    failure = null;
    nanos += 60_000_000_000L;
    outbox.handOver();
    assertThat(delivered).hasSize(50).startsWith("0", "1", "2").endsWith("49");
  }

  @Test
  void refusalOfANewPayloadIsTold() {
    Outbox.RefusedException refused = outbox.send("bad".getBytes(StandardCharsets.UTF_8));
    assertThat(refused).isNotNull();
    assertThat(refused.status()).isEqualTo(400);
    assertThat(spool.isEmpty()).isTrue();
  }

  @Test
  void whatATransportOfOursThrowsCostsNoPayload() {
    Outbox failing =
        new Outbox(
            "traces",
            payload -> {
              throw new IllegalArgumentException("no host in the address");
            },
            spool,
            health);
    assertThat(failing.send(new byte[1])).isNull();
    assertThat(spool.isEmpty()).isFalse();
  }

  @Test
  void errorOfTheJvmCostsNoPayload() {
    Outbox failing =
        new Outbox(
            "traces",
            payload -> {
              throw new InternalError("unable to create native thread");
            },
            spool,
            health);
    assertThat(failing.send(new byte[1])).isNull();
    assertThat(spool.isEmpty()).isFalse();
  }

  @Test
  void whatDoesNotFitIsCounted() {
    failure = new IOException("down");
    outbox.send(new byte[4 << 20]);
    outbox.send(new byte[1]);
    assertThat(health.counts())
        .hasEntrySatisfying(
            new ExportHealth.Outcome("dropped", "spool full", "traces"),
            count -> assertThat(count).isEqualTo(1));
  }

  private void send(String text) {
    outbox.send(text.getBytes(StandardCharsets.UTF_8));
  }

  private void deliver(byte[] payload) throws IOException {
    attempts++;
    if (failure != null) {
      throw failure;
    }
    String text = new String(payload, StandardCharsets.UTF_8);
    if (text.equals("poison")) {
      throw new Outbox.FailedException("HTTP 500", 0);
    }
    if (text.equals("bad")) {
      throw new Outbox.RefusedException(400, "bad");
    }
    delivered.add(text);
  }

  private void waitForThePauseToEnd() {
    nanos += 60_000_000_000L;
    outbox.handOver();
  }
}
