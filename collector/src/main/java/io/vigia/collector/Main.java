package io.vigia.collector;

import io.vigia.collector.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code java -jar vigia-collector.jar}. */
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
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    CommandLine commandLine = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (failure instanceof ConfigException) {
            command.getErr().println("vigia: " + failure.getMessage());
            return CommandLine.ExitCode.USAGE;
          }
          throw failure;
        });
    System.exit(commandLine.execute(args.length == 0 ? new String[] {"--help"} : args));
  }
}
