package io.vigia.tests.screenshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vigia.tests.client.Http;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the pictures in the documents: the page with the demo's data. */
@Command(
    name = "screenshot",
    mixinStandardHelpOptions = true,
    description = "Runs the demo and makes a picture of its page with headless Chromium.")
public final class Screenshot implements Callable<Integer> {
  private static final Pattern PAGE = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

  @Option(
      names = "--to",
      defaultValue = "docs/screenshot.png",
      description = "the file (${DEFAULT-VALUE})")
  private Path to;

  @Option(
      names = "--after",
      defaultValue = "90",
      description = "seconds of load before the picture (${DEFAULT-VALUE})")
  private int afterSeconds;

  @Option(
      names = "--path",
      defaultValue = "/",
      description = "which page, such as /#/traces (${DEFAULT-VALUE})")
  private String path;

  @Option(
      names = "--trace",
      description = "open the trace with the most spans of those that cross the most services")
  private boolean trace;

  @Option(names = "--url", description = "of a collector that runs already; no demo is started")
  private @org.jspecify.annotations.Nullable String url;

  @Option(names = "--width", defaultValue = "1440", description = "pixels (${DEFAULT-VALUE})")
  private int width;

  @Option(names = "--height", defaultValue = "900", description = "pixels (${DEFAULT-VALUE})")
  private int height;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Screenshot()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = to.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Chromium chromium = new Chromium(width, height);
    if (url != null) {
      chromium.screenshot(url + page(url), 10, to);
    } else {
      try (ChildProcess demo =
          ChildProcess.command(Folders.projectRoot().resolve("vigia").toString(), "demo").start()) {
        demo.awaitReady(() -> PAGE.matcher(demo.output()).find(), Duration.ofMinutes(10));
        Matcher page = PAGE.matcher(demo.output());
        if (!page.find()) {
          throw new IllegalStateException(demo.tail());
        }
        System.out.println("demo at " + page.group() + ", waiting " + afterSeconds + " s");
        Thread.sleep(afterSeconds * 1000L);
        chromium.screenshot(page.group() + page(page.group()), 10, to);
        demo.terminate(Duration.ofSeconds(30));
      }
    }
    System.out.println(to + ", " + Files.size(to) / 1024 + " KiB");
    return 0;
  }

  private String page(String address) {
    if (!trace) {
      return path;
    }
    JsonNode best = MissingNode.getInstance();
    for (JsonNode each : Http.json(address + "/api/traces?limit=1000").path("traces")) {
      if (size(each) > size(best)) {
        best = each;
      }
    }
    return "/#/trace/" + best.path("traceId").asText();
  }

  private static int size(JsonNode trace) {
    return trace.path("services").size() * 10_000 + trace.path("spans").asInt();
  }
}
