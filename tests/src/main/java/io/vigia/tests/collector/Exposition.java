package io.vigia.tests.collector;

import io.vigia.tests.client.Http;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A read of a Prometheus text exposition. Source: Prometheus documentation, "Exposition formats",
 * text format 0.0.4.
 */
public final class Exposition {
  /** One line of it. */
  public record Sample(String name, Map<String, String> labels, double value) {}

  private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+).*");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private final List<Sample> samples = new ArrayList<>();

  private Exposition() {}

  /** GET of the address; throws when the answer is not 200. */
  public static Exposition read(String url) {
    var response = Http.get(url);
    if (response.statusCode() != 200) {
      throw new IllegalStateException(response.statusCode() + " from " + url);
    }
    return parse(response.body());
  }

  static Exposition parse(String text) {
    Exposition exposition = new Exposition();
    for (String line : text.split("\n", -1)) {
      Matcher matcher = LINE.matcher(line);
      if (!line.startsWith("#") && matcher.matches()) {
        Map<String, String> labels = new HashMap<>();
        if (matcher.group(2) != null) {
          Matcher label = LABEL.matcher(matcher.group(2));
          while (label.find()) {
            labels.put(label.group(1), label.group(2));
          }
        }
        exposition.samples.add(new Sample(matcher.group(1), labels, number(matcher.group(3))));
      }
    }
    return exposition;
  }

  /** All samples of that name whose labels include these (key, value, key, value…). */
  public List<Sample> samples(String name, String... labels) {
    return samples.stream()
        .filter(sample -> sample.name().equals(name) && includes(sample.labels(), labels))
        .toList();
  }

  /** The sum of the samples of that name with these labels; 0 when there are none. */
  public double sum(String name, String... labels) {
    return samples(name, labels).stream().mapToDouble(Sample::value).sum();
  }

  private static boolean includes(Map<String, String> labels, String... wanted) {
    for (int i = 0; i < wanted.length; i += 2) {
      if (!wanted[i + 1].equals(labels.get(wanted[i]))) {
        return false;
      }
    }
    return true;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}
