package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachine;
import io.vigia.agent.programs.EarlyAgent;
import io.vigia.agent.programs.LogbackLogs;
import io.vigia.agent.programs.Web;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.jar.Attributes.Name;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Point 8: where the agent is not the first to come: another is there, or the service runs. */
class OtherAgentIT {

  @TempDir Path directory;

  /** Its class path is the application's. */
  @Test
  void libraryThatAnotherAgentHasLoadedBeforeIsInstrumented() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(LogbackLogs.class, "logback", "slf4j-api")
                .option("-javaagent:" + early() + "=ch.qos.logback.classic.Logger")
                .sendingTo(receiver)
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(() -> !receiver.logs().isEmpty());
      jvm.endWell();
      assertThat(receiver.logs())
          .as(jvm.output())
          .singleElement()
          .satisfies(
              log ->
                  assertThat(log)
                      .containsEntry("message", "order 7 taken")
                      .containsKey("trace_id"));
    }
  }

  /** Its classes are loaded already, too. */
  @Test
  void serviceThatTheAgentIsAttachedToIsSeenFromThen() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm web =
            Jvm.of(Web.class, "logback", "slf4j-api").withoutAgent().sendingTo(receiver).start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/before");
      VirtualMachine machine = VirtualMachine.attach(Long.toString(web.process().pid()));
      machine.loadAgent(Jvm.AGENT.toString());
      machine.loadAgent(Jvm.AGENT.toString());
      machine.detach();
      get(base + "/after");
      web.awaitUnlessEnded(() -> !receiver.logs().isEmpty());
      get(base + "/quit");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
      assertThat(receiver.logs())
          .as(web.output())
          .extracting(log -> log.get("message"))
          .containsExactly("asked for /after");
      assertThat(web.output()).contains("the second one is ignored", ": service \"");
    }
  }

  private static void get(String url) throws Exception {
    HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding());
  }

  private Path early() throws Exception {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", EarlyAgent.class.getName());
    Path jar = directory.resolve("early.jar");
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return jar;
  }
}
