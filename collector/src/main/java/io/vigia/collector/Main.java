package io.vigia.collector;

import io.vigia.collector.config.ConfigException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** {@code java -jar vigia-collector.jar}. */
public final class Main {
  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;

  private Main() {}

  public static void main(String[] args) {
    // numbers in file names, requests and headers are for machines: in some languages Java would
    // write them with other digits
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    RunCommand run = plainRun(args);
    System.exit(execute(run == null ? () -> Commands.execute(args) : run));
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

  /**
   * Returns the exit code, whatever happens: after a start that ended halfway (no memory, no
   * threads to be had) the threads that had begun would keep the process, and its directory, for
   * ever.
   */
  static int execute(Callable<Integer> command) {
    try {
      return command.call();
    } catch (ConfigException e) {
      return refuse(e);
    } catch (Exception | Error e) {
      LoggerFactory.getLogger(Main.class).error("this cannot go on", e);
      return FAILED;
    }
  }

  /** Says what is wrong with the configuration; returns the exit code. */
  static int refuse(ConfigException wrong) {
    System.err.println("vigia: " + wrong.getMessage());
    return WRONG_USE;
  }
}
