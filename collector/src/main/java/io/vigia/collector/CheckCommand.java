package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigException;
import io.vigia.collector.config.DestinationConfig;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.Exporter;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code check}: is the configuration valid, and does every destination answer? */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Validates the configuration and contacts every destination.")
final class CheckCommand implements Callable<Integer> {
  @Mixin private ConfigOption config = new ConfigOption();
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CollectorConfig settings = config.load();
    PrintWriter out = spec.commandLine().getOut();
    out.println("ok      configuration: " + settings.file());
    boolean ok = true;
    try {
      Receivers.readFiles(settings);
    } catch (ConfigException e) {
      out.println("FAILED  " + e.getMessage());
      ok = false;
    }
    Exporters exporters = new Exporters(settings);
    for (DestinationConfig destination : settings.destinations()) {
      try (Exporter exporter = exporters.create(destination)) {
        CheckResult result = exporter.check();
        ok &= result.ok();
        out.printf(
            "%-7s %s: %s%s%n",
            result.ok() ? "ok" : "FAILED",
            destination.common().name(),
            result.summary(),
            result.ok() ? "" : " -> " + result.remedy());
        out.flush();
      }
    }
    return ok ? 0 : 1;
  }
}
