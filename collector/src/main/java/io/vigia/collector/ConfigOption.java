package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigException;
import io.vigia.collector.config.ConfigLoader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The option {@code --config} that several commands share. */
final class ConfigOption {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "YAML configuration. Without it: every receiver on loopback, embedded store.")
  @Nullable Path file;

  CollectorConfig load() throws ConfigException {
    ConfigLoader loader = new ConfigLoader(System::getenv);
    return file == null ? loader.defaults() : loader.load(file);
  }
}
