package io.vigia.demo.classifier;

import io.prometheus.client.CollectorRegistry;
import io.vigia.demo.classifier.model.ImageClassifier;
import io.vigia.demo.classifier.model.ModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: without a subcommand it serves until it is told to stop. */
@Command(
    name = "classifier",
    description = "Tells over HTTP what a picture shows.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = Draw.class,
    sortOptions = false)
public final class Main implements Callable<Integer> {
  static {
    // before any class of AWT is loaded: no display is needed
    System.setProperty("java.awt.headless", "true");
  }

  /** A picture is an array in memory. */
  private static final long MOST = 1_000_000_000;

  private static final Logger LOG = LogManager.getLogger(Main.class);

  @Option(
      names = "--host",
      description = "Address to listen on; or CLASSIFIER_HOST. Default: ${DEFAULT-VALUE}.",
      defaultValue = "${env:CLASSIFIER_HOST:-127.0.0.1}")
  private String host;

  @Option(
      names = "--port",
      description =
          "Port, 0 for a free one, which is printed; or CLASSIFIER_PORT. Default: ${DEFAULT-VALUE}.",
      defaultValue = "${env:CLASSIFIER_PORT:-5000}")
  private int port;

  @Option(
      names = "--model",
      paramLabel = "FILE.onnx",
      description =
          "Another model: ONNX, one input [1, 3, height, width], pictures normalised as for"
              + " ImageNet; or CLASSIFIER_MODEL. Default: the one trained by the build.",
      defaultValue = "${env:CLASSIFIER_MODEL}")
  private @Nullable Path model;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Its labels, one a line, in the order of its answer; or CLASSIFIER_LABELS.",
      defaultValue = "${env:CLASSIFIER_LABELS}")
  private @Nullable Path labels;

  @Option(
      names = "--max-bytes",
      description = "Largest picture in bytes. Default: ${DEFAULT-VALUE}.",
      defaultValue = "10000000")
  private long maxBytes;

  @Option(
      names = "--max-pixels",
      description = "Largest picture in pixels. Default: ${DEFAULT-VALUE}.",
      defaultValue = "50000000")
  private long maxPixels;

  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    if ((model == null) != (labels == null)) {
      throw new ParameterException(
          spec.commandLine(), "--model and --labels belong together: give both or none");
    }
    if (port < 0 || port > 65535) {
      throw new ParameterException(spec.commandLine(), "--port is 0 to 65535, not " + port);
    }
    if (maxBytes < 1 || maxBytes > MOST || maxPixels < 1 || maxPixels > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--max-bytes and --max-pixels are 1 to " + MOST);
    }
    ImageClassifier classifier;
    try {
      classifier =
          model == null || labels == null
              ? ImageClassifier.ours()
              : ImageClassifier.load(model, labels);
    } catch (ModelException e) {
      LOG.error("no model: {}", e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    Service service =
        new Service(
            classifier,
            CollectorRegistry.defaultRegistry,
            host,
            port,
            new Service.Limits(maxBytes, maxPixels));
    try {
      service.start();
    } catch (IOException e) {
      LOG.error("cannot listen on {}:{}: {}; choose another --port", host, port, e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    LOG.info("classifier listens on {} ({})", service.address(), classifier.description());
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  LOG.info("classifier stops");
                  service.close();
                  LogManager.shutdown();
                  stopped.countDown();
                },
                "stop"));
    stopped.await();
    return CommandLine.ExitCode.OK;
  }

  /** From the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"classifier " + (version == null ? "(not packaged)" : version)};
    }
  }
}
