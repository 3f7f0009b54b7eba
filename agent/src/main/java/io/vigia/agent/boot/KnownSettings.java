package io.vigia.agent.boot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds settings that nobody reads, because they are mistyped: a property or variable that begins
 * with {@code otel} or {@code vigia} and is neither ours nor in the list that the build took from
 * upstream's classes (src/build/IndexModules.java). An entry that ends in a dot is a prefix; what
 * follows it is not checked. Immutable.
 */
public final class KnownSettings {

  /**
   * Where the list is in the agent jar; seen from the agent's class loader without {@code inst}.
   */
  public static final String RESOURCE = "io/vigia/agent/known-settings.txt";

  private static final String IN_THE_FILE = "setting in the configuration file";

  /** Put together from parts by upstream, or read by others. */
  private static final String[] MORE = {
    "otel.propagators",
    "otel.metric.export.timeout",
    "otel.java.exporter.memory_mode",
    "otel.exporter.otlp.certificate",
    "otel.exporter.otlp.client.key",
    "otel.exporter.otlp.client.certificate",
    "otel.exporter.otlp.profiles.",
    "otel.experimental.",
    "otel.java.experimental.",
    "otel.resource.providers.",
    "otel.javaagent.testing.",
    "otel.instrumentation.common.",
    "otel.instrumentation.experimental.",
    "otel.instrumentation.genai.",
    "otel.instrumentation.graphql.",
    "otel.instrumentation.http.",
    "otel.instrumentation.jboss-logmanager.",
    "otel.instrumentation.messaging.",
    "otel.instrumentation.resources.",
    "otel.instrumentation.sanitization.",
    "otel.instrumentation.spring-security.",
    // our own modules, and how they speak to each other
    "otel.instrumentation.prometheus-simpleclient.",
    "vigia.agent.",
    // read by the project's launcher and tests
    "vigia.java.opts",
    "vigia.build",
    "vigia.backends",
    "vigia.require.backends",
  };

  /** What may be set for one signal. */
  private static final String[] OF_A_SIGNAL = {
    "endpoint",
    "protocol",
    "headers",
    "compression",
    "timeout",
    "certificate",
    "client.key",
    "client.certificate"
  };

  /** Variables of other languages' SDKs and of the operator, seen in shared environments. */
  private static final Pattern OF_OTHERS =
      Pattern.compile(
          "OTEL_(PYTHON|NODE|DOTNET|GO|PHP|RUBY|RUST|CPP|LAMBDA|INJECTOR|OPERATOR"
              + "|RESOURCE_ATTRIBUTES)_.*"
              // a Kubernetes service of such a name
              + "|.*_SERVICE_(HOST|PORT.*)|.*_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

  private final Set<String> names = new TreeSet<>();
  private final List<String> prefixes = new ArrayList<>();

  private KnownSettings(Collection<String> upstream) {
    upstream.forEach(this::add);
    for (String more : MORE) {
      add(more);
    }
    for (String signal : new String[] {"traces", "metrics", "logs"}) {
      for (String name : OF_A_SIGNAL) {
        add("otel.exporter.otlp." + signal + "." + name);
      }
    }
    for (Setting setting : Setting.values()) {
      add(setting.property());
    }
  }

  static KnownSettings of(Collection<String> upstream) {
    return new KnownSettings(upstream);
  }

  /** Reads the build's list; the caller closes the stream. */
  public static KnownSettings read(InputStream in) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    List<String> names = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      names.add(line.trim());
    }
    return new KnownSettings(names);
  }

  private void add(String name) {
    if (name.endsWith(".")) {
      prefixes.add(normalized(name));
    } else {
      names.add(name);
      names.add(normalized(name));
    }
  }

  /** Variables cannot tell dots from hyphens, so upstream treats both alike. */
  private static String normalized(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '.').replace('_', '.');
  }

  /**
   * One sentence for each setting that is not known, in alphabetical order. Values are never
   * repeated.
   */
  public List<String> unknown(Collection<String> properties, Collection<String> variables) {
    List<String> sentences = unknown("system property", properties);
    for (String variable : new TreeSet<>(variables)) {
      if (variable.matches("(OTEL|VIGIA)_.*")
          && !OF_OTHERS.matcher(variable).matches()
          && !isPortOfAService(variable, variables)
          && !isKnown(variable)) {
        String nearest = nearest(variable);
        sentences.add(
            sentence(
                "environment variable",
                variable,
                nearest == null
                    ? null
                    : nearest.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_')));
      }
    }
    return sentences;
  }

  private List<String> unknown(String kind, Collection<String> properties) {
    List<String> sentences = new ArrayList<>();
    for (String property : new TreeSet<>(properties)) {
      if (property.matches("(otel|vigia)\\..*") && !isKnown(property)) {
        sentences.add(sentence(kind, property, nearest(property)));
      }
    }
    return sentences;
  }

  /** Kubernetes sets both. */
  private static boolean isPortOfAService(String variable, Collection<String> variables) {
    return variable.endsWith("_PORT")
        && variables.contains(variable.replaceFirst("_PORT$", "_SERVICE_HOST"));
  }

  /** What this process was given, and switches of ours with a value that is none. */
  public List<String> unknown() {
    return unknown(name -> true);
  }

  /**
   * The same without upstream's: beside a configuration in YAML they do not count, and many are
   * variables that it uses.
   */
  public List<String> unknownOfOurs() {
    return unknown(name -> name.startsWith("vigia.") || name.startsWith("VIGIA_"));
  }

  private List<String> unknown(Predicate<String> meant) {
    List<String> sentences =
        unknown(
            of(System.getProperties().stringPropertyNames(), meant),
            of(System.getenv().keySet(), meant));
    sentences.addAll(unknown(IN_THE_FILE, of(ConfigurationFile.names(), meant)));
    sentences.addAll(Setting.misunderstoodSwitches());
    return sentences;
  }

  private static Set<String> of(Set<String> names, Predicate<String> meant) {
    Set<String> those = new TreeSet<>(names);
    those.removeIf(meant.negate());
    return those;
  }

  private static String sentence(String kind, String name, @Nullable String nearest) {
    return "unknown "
        + kind
        + " "
        + name
        + (nearest == null ? "" : "; did you mean " + nearest + "?");
  }

  private boolean isKnown(String name) {
    String normalized = normalized(name);
    if (names.contains(normalized)) {
      return true;
    }
    for (String prefix : prefixes) {
      if (normalized.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String nearest(String wanted) {
    String name = normalized(wanted);
    String best = null;
    int bestDistance = Math.max(2, name.length() / 3) + 1;
    for (String candidate : names) {
      int distance = distance(name, normalized(candidate), bestDistance);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    return best != null ? best : nearestPrefix(name);
  }

  /** {@code otel.instrumentation.kakfa-clients.enabled}: only its third part is compared. */
  private @Nullable String nearestPrefix(String name) {
    String best = null;
    int bestDistance = 3;
    for (String prefix : prefixes) {
      int end = Math.min(name.length(), prefix.length());
      for (int length = Math.max(0, end - 1);
          length <= Math.min(name.length(), end + 1);
          length++) {
        int distance = distance(name.substring(0, length), prefix, bestDistance);
        if (distance < bestDistance) {
          bestDistance = distance;
          best = prefix + name.substring(length);
        }
      }
    }
    return best;
  }

  /** Edits from one to the other (Levenshtein), or {@code limit} when there are as many. */
  static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(Math.min(previous[j], current[j - 1]) + 1, previous[j - 1] + change);
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return Math.min(previous[b.length()], limit);
  }
}
