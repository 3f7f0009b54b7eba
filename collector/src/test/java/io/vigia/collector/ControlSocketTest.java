package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vigia.collector.pipeline.CursorAdmin;
import io.vigia.collector.pipeline.DeadLetterAdmin;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator is told when the collector does not answer as usual. */
class ControlSocketTest {
  private static final AdminRequest LIST =
      new AdminRequest("cursor list", null, null, null, null, 0);

  @TempDir private Path state;

  @Test
  void aCollectorThatEndsBeforeItAnswersIsSaidInOneLine() throws Exception {
    Path folder = Files.createDirectory(state.resolve("control"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
      Thread dying = new Thread(() -> acceptAndClose(server));
      dying.start();
      assertThatThrownBy(() -> ControlSocket.ask(state, LIST))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("the collector ended before it answered")
          .hasMessageNotContaining("\n");
      dying.join();
    }
  }

  @Test
  @Timeout(60)
  void whoAsksWhileThereIsNoThreadIsNotKeptWaitingAndTheNextOneIsServed() throws Exception {
    AtomicInteger missing = new AtomicInteger(1);
    ThreadFactory scarce =
        client ->
            missing.getAndDecrement() > 0
                ? new Thread(client) {
                  @Override
                  public void start() {
                    throw new OutOfMemoryError("unable to create native thread");
                  }
                }
                : new Thread(client);
    try (ControlSocket socket = new ControlSocket(state, brokenBy("asked"), scarce)) {
      socket.start();
      assertThatThrownBy(() -> ControlSocket.ask(state, LIST)).isInstanceOf(IOException.class);
      assertThat(ControlSocket.ask(state, LIST)).extracting("error").isEqualTo("asked");
    }
  }

  private static void acceptAndClose(ServerSocketChannel server) {
    try (SocketChannel client = server.accept()) {
      while (client.read(java.nio.ByteBuffer.allocate(1 << 10)) >= 0) {
        // until it has asked
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** (JUnit takes memory that runs out for the end of all.) */
  @Test
  void anErrorInACommandIsAnswered() throws Exception {
    try (ControlSocket socket = new ControlSocket(state, brokenBy("no thread to be had"))) {
      socket.start();
      @Nullable AdminAnswer answer = ControlSocket.ask(state, LIST);
      assertThat(answer).isNotNull();
      assertThat(answer.error()).isEqualTo("no thread to be had");
      assertThat(answer.asked()).isFalse();
    }
  }

  private static AdminRequest.Target brokenBy(String error) {
    CursorAdmin broken =
        (CursorAdmin)
            Proxy.newProxyInstance(
                CursorAdmin.class.getClassLoader(),
                new Class<?>[] {CursorAdmin.class},
                (proxy, method, arguments) -> {
                  throw new LinkageError(error);
                });
    @SuppressWarnings("NullAway") // nobody asks it
    AdminRequest.Target target = new AdminRequest.Target(broken, (DeadLetterAdmin) null);
    return target;
  }
}
