package io.vigia.collector;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.collector.core.Signal;
import io.vigia.collector.pipeline.DeadLetterLine;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code deadletters}: what destinations have refused for good, and what to do with it. */
@Command(
    name = "deadletters",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "What destinations have refused for good: look at it, give it again, drop it.",
    footer = {
      "",
      "Examples:",
      "  vigia deadletters list",
      "  vigia deadletters show elasticsearch --limit 3    what, when and why",
      "  vigia deadletters retry elasticsearch             once the mapping fits",
      "  vigia deadletters drop elasticsearch --reason mapping"
    })
final class DeadLettersCommand {
  /** Which letters of a destination. */
  private static final class Which {
    @Option(names = "--signal", description = "only ${COMPLETION-CANDIDATES}")
    private @Nullable Signal signal;

    @Option(
        names = "--reason",
        paramLabel = "WORD",
        description = "only those refused for this reason")
    private @Nullable String reason;
  }

  @Mixin private AdminOptions options = new AdminOptions();

  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "One line per destination and signal that has any.")
  int list() throws Exception {
    return options.run(
        spec,
        () ->
            print(
                options
                    .ask(new AdminRequest("deadletters list", null, null, null, null, 0))
                    .deadLetters()));
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "Each with reason, times and OTLP JSON, the oldest first; --json: a line each.")
  int show(
      @Parameters(paramLabel = "DESTINATION", arity = "0..1", description = "one instead of all")
          @Nullable String destination,
      @Mixin Which which,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "10",
              description = "so many letters at most (${DEFAULT-VALUE})")
          int limit)
      throws Exception {
    return options.run(
        spec,
        () -> {
          if (limit < 1) {
            throw new IllegalArgumentException("--limit is 1 at least, not " + limit);
          }
          PrintWriter out = spec.commandLine().getOut();
          ObjectMapper json = new ObjectMapper();
          for (ShownLetter letter : ask("show", destination, which, limit).letters()) {
            out.println(
                options.json()
                    ? json.writeValueAsString(letter)
                    : json.writerWithDefaultPrettyPrinter().writeValueAsString(letter));
          }
          out.flush();
        });
  }

  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "Gives letters to their destination again; they count as accepted once more.")
  int retry(@Parameters(paramLabel = "DESTINATION") String destination, @Mixin Which which)
      throws Exception {
    return options.run(spec, () -> printCount("given again", ask("retry", destination, which, 0)));
  }

  @Command(
      name = "drop",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "Throws letters away, counted as dropped.")
  int drop(@Parameters(paramLabel = "DESTINATION") String destination, @Mixin Which which)
      throws Exception {
    return options.run(spec, () -> printCount("dropped", ask("drop", destination, which, 0)));
  }

  private AdminAnswer ask(String command, @Nullable String destination, Which which, int limit)
      throws Exception {
    return options.ask(
        new AdminRequest(
            "deadletters " + command,
            destination,
            which.signal == null ? null : which.signal.name(),
            null,
            which.reason,
            limit));
  }

  private void printCount(String what, AdminAnswer answer) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println("{\"items\":" + answer.items() + "}");
    } else {
      out.println(answer.items() + (answer.items() == 1 ? " item " : " items ") + what);
    }
    out.flush();
  }

  private void print(List<DeadLetterLine> lines) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(new ObjectMapper().writeValueAsString(lines));
    } else if (lines.isEmpty()) {
      out.println("no dead letters");
    } else {
      String format = "%-20s %-8s %10s %12s %12s  %-20s  %s%n";
      out.printf(format, "destination", "signal", "letters", "items", "bytes", "oldest", "reasons");
      for (DeadLetterLine line : lines) {
        out.printf(
            Locale.ROOT,
            format,
            line.destination(),
            line.signal().id(),
            line.letters(),
            line.items(),
            line.bytes(),
            Instant.ofEpochSecond(0, line.oldestUnixNanos()).truncatedTo(ChronoUnit.SECONDS),
            new TreeMap<>(line.reasons())
                .entrySet().stream()
                    .map(reason -> reason.getKey() + ": " + reason.getValue())
                    .collect(Collectors.joining(", ")));
      }
    }
    out.flush();
  }
}
