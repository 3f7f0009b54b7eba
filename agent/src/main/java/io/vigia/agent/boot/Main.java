package io.vigia.agent.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code java -jar vigia-agent.jar check|archive|--version|--help}. */
public final class Main {

  private static final String USAGE =
      "Attach to a service:   java -javaagent:vigia-agent.jar -jar service.jar\n"
          + "Test the connection:   java -jar vigia-agent.jar check\n"
          + "Make it start faster:  java -jar vigia-agent.jar archive -- -jar service.jar\n"
          + "Print the version:     java -jar vigia-agent.jar --version\n"
          + "\n"
          + "No setting is needed. VIGIA_COLLECTOR=host names the collector when it is not on\n"
          + "this machine; OTEL_SERVICE_NAME names the service when the found name is not wanted.\n"
          + "\n"
          + "Settings, as system property or environment variable (and every otel.* of upstream):\n";

  public static void main(String[] args) {
    System.exit(run(Arrays.asList(args), System.out));
  }

  private static int run(List<String> arguments, PrintStream out) {
    String command = arguments.isEmpty() ? "--help" : arguments.get(0);
    switch (command) {
      case "archive":
        return ArchiveCommand.run(arguments.subList(1, arguments.size()), out);
      case "check":
        return check(out);
      case "--version":
      case "version":
        out.println("vigia-agent " + version());
        return 0;
      case "--help":
      case "-h":
      case "help":
        out.print(USAGE);
        for (Setting setting : Setting.values()) {
          out.println("  " + setting.property() + ", " + setting.variable());
          out.println("      " + setting.meaning().replace("`", ""));
          if (!setting.byDefault().isEmpty()) {
            out.println("      default: " + setting.byDefault().replace("`", ""));
          }
        }
        return 0;
      default:
        out.println(
            "unknown command \"" + command + "\"; there are check, archive, --version and --help");
        return 2;
    }
  }

  private static int check(PrintStream out) {
    try (InputStream in = Main.class.getResourceAsStream("/inst/" + KnownSettings.RESOURCE)) {
      if (in != null) {
        KnownSettings.read(in).unknown().forEach(out::println);
      }
    } catch (IOException e) {
      out.println("the list of settings cannot be read: " + e.getMessage());
    }
    CollectorAddress address;
    try {
      address = CollectorAddress.find();
    } catch (IllegalArgumentException e) {
      out.println(e.getMessage());
      return 1;
    }
    for (String property : new String[] {"otel.javaagent.enabled", "otel.sdk.disabled"}) {
      String off = property.equals("otel.sdk.disabled") ? "true" : "false";
      if (off.equalsIgnoreCase(UpstreamSetting.value(property))) {
        out.println("nothing is sent: " + property + "=" + off);
        return 0;
      }
    }
    if (UpstreamSetting.value("otel.config.file") != null) {
      out.println("a service follows otel.config.file; this is what it would do without that");
    }
    Shipping shipping = Shipping.of(UpstreamSetting::value, address);
    Shipping.Reached reached = shipping.ask();
    out.println(row("service", service()));
    out.println(row("collector", address.otlp() + " (from " + address.source() + ")"));
    shipping
        .byExporter()
        .forEach(
            (exporter, signals) -> {
              Reachability.Result result = reached.of(exporter);
              out.println(
                  row(
                      String.join(", ", signals),
                      shipping.inWords(exporter) + (result == null ? "" : ": " + result.detail())));
            });
    if (shipping.mayBeReadFromStdout() && isPod()) {
      out.println(row("", "log events that the collector reads from stdout are not sent"));
    }
    if (!reached.isCollectorOk()) {
      out.println(
          "Start the collector (./vigia run), or name it: VIGIA_COLLECTOR=host"
              + " (ports "
              + CollectorAddress.OTLP_HTTP_PORT
              + " and "
              + CollectorAddress.FORWARD_PORT
              + ")");
    }
    return reached.isOk() ? 0 : 1;
  }

  private static String row(String what, String value) {
    return String.format("%-22s %s", what, value);
  }

  /** As far as it is known without the application; the order is that of a service. */
  private static String service() {
    String name = UpstreamSetting.value("otel.service.name");
    if (name != null) {
      return name + " (from OTEL_SERVICE_NAME)";
    }
    name =
        RequestHeaders.parse(UpstreamSetting.value("otel.resource.attributes")).get("service.name");
    if (name != null) {
      return name + " (from OTEL_RESOURCE_ATTRIBUTES)";
    }
    boolean pod = isPod();
    name = pod ? Setting.WORKLOAD.value() : null;
    if (name != null) {
      return name + " (from " + Setting.WORKLOAD.variable() + ")";
    }
    return pod
        ? "named after the Kubernetes workload"
        : "named by spring.application.name, the web application, the jar or the main class";
  }

  /** As for a service. */
  private static boolean isPod() {
    return System.getenv("KUBERNETES_SERVICE_HOST") != null || Setting.POD_NAME.value() != null;
  }

  /** Version of this jar, or {@code dev} outside of one. */
  public static String version() {
    @Nullable Package ours = Main.class.getPackage();
    String version = ours == null ? null : ours.getImplementationVersion();
    return version == null ? "dev" : version;
  }

  private Main() {}
}
