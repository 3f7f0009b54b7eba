package io.vigia.collector;

import io.vigia.collector.config.ConfigException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code java -jar vigia-collector.jar}. */
public final class Main {
  private static final int WRONG_USE = 2;

  private Main() {}

  public static void main(String[] args) throws Exception {
    // numbers in file names, requests and headers are for machines: in some languages Java would
    // write them with other digits
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    RunCommand run = plainRun(args);
    System.exit(run == null ? Commands.execute(args) : execute(run));
  }

  /**
   * {@code run} and {@code run --config FILE}, as machines start it, are understood without
   * picocli: its classes are too old for an archive and take a third of the time to listening.
   */
  static @Nullable RunCommand plainRun(String[] args) {
    if (args.length == 0 || !args[0].equals("run")) {
      return null;
    }
    if (args.length == 1) {
      return new RunCommand();
    }
    boolean named = args[1].equals("--config") || args[1].equals("-c");
    return args.length == 3 && named && !args[2].startsWith("-")
        ? new RunCommand(Path.of(args[2]))
        : null;
  }

  private static int execute(RunCommand run) throws Exception {
    try {
      return run.call();
    } catch (ConfigException e) {
      return refuse(e);
    }
  }

  /** Says what is wrong with the configuration; returns the exit code. */
  static int refuse(ConfigException wrong) {
    System.err.println("vigia: " + wrong.getMessage());
    return WRONG_USE;
  }
}
