package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.pipeline.CursorAdmin;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * What the operator's commands have in common: they speak to the collector that uses the data
 * directory; without one they work on the directory itself.
 */
final class AdminOptions {
  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "data directory, instead of the one in the configuration")
  private @Nullable Path data;

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "of several that share the data directory, instead of the configured one")
  private @Nullable String instance;

  @Option(names = "--json", scope = ScopeType.INHERIT, description = "for programs")
  private boolean json;

  /** What a command does. */
  interface Action {
    void run() throws Exception;
  }

  boolean json() {
    return json;
  }

  /** Says what is wrong in one line. */
  int run(CommandSpec spec, Action action) throws Exception {
    PrintWriter err = spec.commandLine().getErr();
    try {
      action.run();
      return ExitCode.OK;
    } catch (IllegalArgumentException e) {
      err.println("vigia: " + e.getMessage());
      return ExitCode.USAGE;
    } catch (AccessDeniedException e) { // its message is the file, and nothing else
      err.println("vigia: " + e.getFile() + " is closed to this user; run it as the collector's");
      return ExitCode.SOFTWARE;
    } catch (IOException e) {
      err.println("vigia: " + e.getMessage());
      return ExitCode.SOFTWARE;
    }
  }

  /**
   * @throws IllegalArgumentException when what is asked for cannot be
   * @throws IOException when it failed
   */
  AdminAnswer ask(AdminRequest request) throws Exception {
    Path state = state();
    AdminAnswer answer = ControlSocket.ask(state, request);
    if (answer == null) {
      try (CursorAdmin.Offline offline = CursorAdmin.open(state)) {
        return request.run(new AdminRequest.Target(offline, offline.deadLetters()));
      }
    }
    if (answer.error() != null && answer.asked()) {
      throw new IllegalArgumentException(answer.error());
    }
    if (answer.error() != null) {
      throw new IOException(answer.error());
    }
    return answer;
  }

  private Path state() throws Exception {
    if (data != null) {
      String name = instance == null ? CollectorConfig.DEFAULT_INSTANCE : instance;
      return CollectorConfig.states(data).resolve(name);
    }
    CollectorConfig settings = config.load();
    return instance == null
        ? settings.state()
        : CollectorConfig.states(settings.data()).resolve(instance);
  }
}
