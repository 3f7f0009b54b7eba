package io.vigia.collector;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.collector.core.Signal;
import io.vigia.collector.pipeline.CursorLine;
import io.vigia.collector.pipeline.Place;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code cursor}: how far each destination has come, and how to change that. Speaks to the
 * collector that uses the data directory; without one, works on the directory itself.
 */
@Command(
    name = "cursor",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "How far each destination has come in the log; replay, skip, forget.",
    footer = {
      "",
      "Examples:",
      "  vigia cursor list",
      "  vigia cursor rewind elasticsearch --to 2h        deliver the last two hours again",
      "  vigia cursor rewind jaeger --to oldest           all that is still on disk",
      "  vigia cursor skip prometheus --to end            give up what is pending",
      "  vigia cursor forget old-cluster                  a destination that is gone for good"
    })
final class CursorCommand {
  @Mixin private AdminOptions options = new AdminOptions();

  @Spec private CommandSpec spec;

  private static final String PLACE =
      "oldest, end, a record's number, a time (2026-11-21T03:00:00Z), or how long ago (15m, 2h)";

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "One line per destination and signal.")
  int list() throws Exception {
    return run("list", null, null, null);
  }

  @Command(
      name = "rewind",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "Delivers again from a place on; counts as accepted once more.")
  int rewind(
      @Parameters(paramLabel = "DESTINATION") String destination,
      @Option(names = "--to", required = true, paramLabel = "PLACE", description = PLACE) String to,
      @Option(names = "--signal", description = "only ${COMPLETION-CANDIDATES}")
          @Nullable Signal signal)
      throws Exception {
    return run("rewind", destination, signal, to);
  }

  @Command(
      name = "skip",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "Gives up what lies before a place, counted as dropped.")
  int skip(
      @Parameters(paramLabel = "DESTINATION") String destination,
      @Option(names = "--to", required = true, paramLabel = "PLACE", description = PLACE) String to,
      @Option(names = "--signal", description = "only ${COMPLETION-CANDIDATES}")
          @Nullable Signal signal)
      throws Exception {
    return run("skip", destination, signal, to);
  }

  @Command(
      name = "forget",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "Removes cursors, retries and dead letters of a destination that is gone.")
  int forget(@Parameters(paramLabel = "DESTINATION") String destination) throws Exception {
    return run("forget", destination, null, null);
  }

  private int run(
      String command, @Nullable String destination, @Nullable Signal signal, @Nullable String to)
      throws Exception {
    return options.run(
        spec,
        () -> {
          if (to != null) {
            Place.parse(to);
          }
          String only = signal == null ? null : signal.name();
          AdminRequest request =
              new AdminRequest("cursor " + command, destination, only, to, null, 0);
          print(options.ask(request).cursors());
        });
  }

  private void print(List<CursorLine> lines) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(new ObjectMapper().writeValueAsString(lines));
      return;
    }
    String format = "%-20s %-8s %-8s %12s %12s %12s %12s %12s  %s%n";
    out.printf(
        format,
        "destination",
        "signal",
        "state",
        "oldest",
        "position",
        "end",
        "pending",
        "bytes",
        "since");
    for (CursorLine line : lines) {
      out.printf(
          Locale.ROOT,
          format,
          line.destination(),
          line.signal().id(),
          line.active() ? "active" : line.paused() ? "paused" : "idle",
          line.oldest(),
          line.position(),
          line.end(),
          line.pending(),
          line.pendingBytes(),
          line.pendingSinceUnixNanos() == 0
              ? "-"
              : Instant.ofEpochSecond(0, line.pendingSinceUnixNanos())
                  .truncatedTo(ChronoUnit.SECONDS));
    }
    out.flush();
  }
}
