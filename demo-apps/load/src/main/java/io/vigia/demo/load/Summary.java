package io.vigia.demo.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run did, for people and for programs.
 *
 * @param startMillis milliseconds since 1970
 * @param unsent visitors who could not be let in
 * @param unanswered requests without an answer at the end
 */
record Summary(
    long seed,
    long startMillis,
    long endMillis,
    long unsent,
    long unanswered,
    Map<Kind, Tally.Snapshot> kinds) {

  long sent() {
    return kinds.values().stream().mapToLong(Tally.Snapshot::sent).sum();
  }

  long answered() {
    return all().getTotalCount();
  }

  /** Answers other than a healthy service gives, and failures. */
  long unexpected() {
    return kinds.entrySet().stream()
        .mapToLong(kind -> kind.getValue().unexpected(kind.getKey()))
        .sum();
  }

  /** One line, for while it runs. */
  String line() {
    Histogram all = all();
    return "sent %d, answered %d, not as expected %d, p50 %s ms, p99 %s ms"
        .formatted(sent(), answered(), unexpected(), millis(all, 50), millis(all, 99));
  }

  void print(PrintStream out) {
    out.printf(
        "%-12s %8s %9s %9s %9s %9s  %s%n",
        "kind", "sent", "p50 ms", "p95 ms", "p99 ms", "max ms", "answers");
    kinds.forEach(
        (kind, count) ->
            row(
                out,
                kind.label(),
                count.sent(),
                count.latencyMicros(),
                count.answered().toString()));
    row(out, "all", sent(), all(), "not as expected: " + unexpected());
    if (unsent + unanswered > 0) {
      out.printf("not sent: %d, without an answer at the end: %d%n", unsent, unanswered);
    }
    out.println();
    out.println("Latency from the intended start, milliseconds:");
    all().outputPercentileDistribution(out, 1, 1_000.0);
  }

  /**
   * {@code entries} are those that must be in the guestbook; {@code kinds.<kind>.answers} is by
   * status or cause; latencies are microseconds from the intended start.
   */
  void write(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    json.put("seed", seed).put("startMillis", startMillis).put("endMillis", endMillis);
    json.put("sent", sent()).put("answered", answered()).put("unexpected", unexpected());
    json.put("unsent", unsent).put("unanswered", unanswered);
    json.putObject("entries").put("text", entries(false)).put("picture", entries(true));
    ObjectNode byKind = json.putObject("kinds");
    kinds.forEach(
        (kind, count) -> {
          ObjectNode node = byKind.putObject(kind.label());
          node.put("sent", count.sent()).put("expectedStatus", kind.expectedStatus());
          count.answered().forEach(node.putObject("answers")::put);
          latency(node.putObject("latencyMicros"), count.latencyMicros());
        });
    latency(json.putObject("latencyMicros"), all());
    Files.writeString(
        file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  private long entries(boolean withPicture) {
    return kinds.entrySet().stream()
        .filter(kind -> withPicture ? kind.getKey().writesPicture() : kind.getKey().writesText())
        .mapToLong(
            kind -> kind.getValue().answers(Integer.toString(kind.getKey().expectedStatus())))
        .sum();
  }

  private Histogram all() {
    Histogram all = new Histogram(3);
    all.setAutoResize(true);
    kinds.values().forEach(count -> all.add(count.latencyMicros()));
    return all;
  }

  private static void row(
      PrintStream out, String name, long sent, Histogram micros, String answers) {
    out.printf(
        "%-12s %8d %9s %9s %9s %9s  %s%n",
        name,
        sent,
        millis(micros, 50),
        millis(micros, 95),
        millis(micros, 99),
        millis(micros, 100),
        answers);
  }

  private static String millis(Histogram micros, double percentile) {
    if (micros.getTotalCount() == 0) {
      return "-";
    }
    return "%.1f".formatted(micros.getValueAtPercentile(percentile) / 1_000.0);
  }

  private static void latency(ObjectNode node, Histogram micros) {
    node.put("count", micros.getTotalCount());
    if (micros.getTotalCount() > 0) {
      for (double percentile : new double[] {50, 90, 95, 99, 99.9}) {
        node.put(
            "p" + (percentile % 1 == 0 ? "" + (int) percentile : "" + percentile),
            micros.getValueAtPercentile(percentile));
      }
      node.put("max", micros.getMaxValue());
    }
  }
}
