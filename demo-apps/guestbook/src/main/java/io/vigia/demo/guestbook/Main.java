package io.vigia.demo.guestbook;

import java.util.concurrent.Callable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** Command line of the guestbook: {@code java -jar guestbook.jar [--port N] [--host ADDRESS]}. */
@Command(
    name = "guestbook",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    description = "A guestbook on Redis; pictures are named by the classifier.",
    footer = {
      "",
      "Settings by environment, beside Spring Boot's own (SERVER_PORT, SERVER_ADDRESS, …):",
      "  REDIS_PRIMARY   where entries are written     (127.0.0.1:6379)",
      "  REDIS_REPLICAS  where entries are read, a list with commas (the primary)",
      "  CLASSIFIER_URL  who names pictures            (http://127.0.0.1:5000/predict)",
      "  CLASSIFIER_TIMEOUT_MILLIS  how long a visitor waits for it (2000)"
    })
public final class Main implements Callable<Integer> {
  @Option(
      names = "--port",
      defaultValue = "${env:SERVER_PORT:-3000}",
      description = "port of the page (${DEFAULT-VALUE})")
  private int port;

  @Option(
      names = "--host",
      defaultValue = "${env:SERVER_ADDRESS:-127.0.0.1}",
      description = "address to listen on (${DEFAULT-VALUE})")
  private String host;

  /**
   * Exits with 2 on a wrong option, 1 when the service cannot start; otherwise runs until a signal
   * ends it.
   */
  public static void main(String[] args) {
    int exit = new CommandLine(new Main()).execute(args);
    if (exit != 0 || asksOnly(args)) {
      System.exit(exit);
    }
  }

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    if (port < 0 || port > 65_535) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--port is 0 to 65535, not " + port);
    }
    SpringApplication application = new SpringApplication(GuestbookApplication.class);
    application.setBannerMode(Banner.Mode.OFF);
    try {
      // as arguments they win over the environment, which stands for options that are not given
      application.run("--server.port=" + port, "--server.address=" + host);
      return 0;
    } catch (RuntimeException e) {
      // Spring has logged the reason already
      return 1;
    }
  }

  private static boolean asksOnly(String[] args) {
    var parsed = new CommandLine(new Main()).parseArgs(args);
    return parsed.isUsageHelpRequested() || parsed.isVersionHelpRequested();
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"guestbook " + (version == null ? "(from classes)" : version)};
    }
  }
}
