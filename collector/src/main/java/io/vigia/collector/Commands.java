package io.vigia.collector;

import io.vigia.collector.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** All commands, with their help. */
@Command(
    name = "vigia-collector",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Receives metrics, logs and traces, keeps them on disk, and delivers them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      CursorCommand.class,
      DeadLettersCommand.class,
      CommandLine.HelpCommand.class
    })
final class Commands {
  private Commands() {}

  /** Returns the exit code. */
  static int execute(String[] args) {
    CommandLine commandLine =
        new CommandLine(new Commands()).setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (failure instanceof ConfigException wrong) {
            return Main.refuse(wrong);
          }
          throw failure;
        });
    return commandLine.execute(args.length == 0 ? new String[] {"--help"} : args);
  }
}
