package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.extension.export.ExportHealth;
import io.vigia.agent.extension.export.Exports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpillingIngesterTest {

  @TempDir private Path directory;

  /** Nobody accepts, the system does; the chunk is more than the buffers on both sides hold. */
  @Test
  void chunkThatTheCollectorDoesNotReadIsKept() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    try (ServerSocket stopped = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Exports.start(CollectorAddress.find(name -> null, name -> null));
      new SpillingIngester("127.0.0.1", stopped.getLocalPort())
          .ingest("tag", ByteBuffer.allocate(32 << 20));
      assertThat(Exports.health().counts())
          .extractingFromEntries(entry -> kept(entry.getKey()))
          .containsExactly("forward kept");
      assertThat(Thread.interrupted()).isFalse();
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  private static String kept(ExportHealth.Outcome outcome) {
    return outcome.stream + " " + outcome.outcome;
  }
}
