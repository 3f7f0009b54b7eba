package io.vigia.collector.receive.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * A strategies file in Jaeger's format (Jaeger documentation, "Sampling", "File-based sampling
 * configuration"; JSON or YAML), answered in the form of Jaeger's clients ({@code
 * api_v2/sampling.proto}, {@code SamplingStrategyResponse} as JSON). Immutable.
 */
public final class SamplingStrategies {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_FILE_CHARS = 1 << 20;

  private static final String EVERYTHING =
      "{\"strategyType\":\"PROBABILISTIC\",\"probabilisticSampling\":{\"samplingRate\":1.0}}";

  private final String byDefault;
  private final Map<String, String> services;

  private SamplingStrategies(String byDefault, Map<String, String> services) {
    this.byDefault = byDefault;
    this.services = Map.copyOf(services);
  }

  /** Every trace of every service. */
  public static SamplingStrategies everything() {
    return new SamplingStrategies(EVERYTHING, Map.of());
  }

  /**
   * @throws IOException when it cannot be read or is not in the format; the message says where
   */
  public static SamplingStrategies read(Path file) throws IOException {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_FILE_CHARS);
    try (Reader in = Files.newBufferedReader(file)) {
      return of(new Yaml(new SafeConstructor(options)).load(in));
    } catch (FileSystemException e) { // its message is the file, and nothing else
      throw new IOException(
          "cannot be read (" + e.getClass().getSimpleName() + "); check path and owner", e);
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String line = mark == null ? "" : "line " + (mark.getLine() + 1) + ": ";
      throw new IOException("not YAML or JSON: " + line + e.getProblem(), e);
    } catch (YAMLException e) {
      throw new IOException("not YAML or JSON: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static SamplingStrategies of(@Nullable Object document) {
    Map<?, ?> root = map("the file", document == null ? Map.of() : document);
    require(root, "the file", List.of("default_strategy", "service_strategies"));
    Object given = root.get("default_strategy");
    List<Map<String, Object>> common = List.of();
    String byDefault = EVERYTHING;
    if (given != null) {
      Map<?, ?> strategy = map("default_strategy", given);
      require(strategy, "default_strategy", List.of("type", "param", "operation_strategies"));
      common = operations("default_strategy", strategy);
      byDefault = json(response("default_strategy", strategy, common, List.of()));
    }
    Map<String, String> services = new LinkedHashMap<>();
    for (Object each : list("service_strategies", root.get("service_strategies"))) {
      Map<?, ?> strategy = map("service_strategies", each);
      if (!(strategy.get("service") instanceof String service)) {
        throw new IllegalArgumentException("service_strategies: \"service\" is missing");
      }
      require(strategy, service, List.of("service", "type", "param", "operation_strategies"));
      services.put(
          service, json(response(service, strategy, operations(service, strategy), common)));
    }
    return new SamplingStrategies(byDefault, services);
  }

  private static String json(Map<String, Object> response) {
    try {
      return JSON.writeValueAsString(response);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static Map<String, Object> response(
      String where,
      Map<?, ?> strategy,
      List<Map<String, Object>> operations,
      List<Map<String, Object>> common) {
    Map<String, Object> response = new LinkedHashMap<>(sampling(where, strategy));
    List<Map<String, Object>> all = new ArrayList<>(operations);
    for (Map<String, Object> each : common) {
      if (all.stream()
          .noneMatch(own -> Objects.equals(own.get("operation"), each.get("operation")))) {
        all.add(each);
      }
    }
    if (!all.isEmpty()) {
      boolean rate = response.containsKey("probabilisticSampling");
      Map<String, Object> perOperation = new LinkedHashMap<>();
      perOperation.put("defaultSamplingProbability", rate ? param(where, strategy) : 1.0);
      perOperation.put("defaultLowerBoundTracesPerSecond", 0.0);
      perOperation.put("perOperationStrategies", all);
      response.put("operationSampling", perOperation);
    }
    return response;
  }

  private static List<Map<String, Object>> operations(String where, Map<?, ?> strategy) {
    List<Map<String, Object>> operations = new ArrayList<>();
    for (Object each : list(where, strategy.get("operation_strategies"))) {
      Map<?, ?> operation = map(where, each);
      if (!(operation.get("operation") instanceof String name)) {
        throw new IllegalArgumentException(where + ": \"operation\" is missing");
      }
      require(operation, where + " " + name, List.of("operation", "type", "param"));
      Map<String, Object> sampling = sampling(where + " " + name, operation);
      if (!sampling.containsKey("probabilisticSampling")) {
        throw new IllegalArgumentException(
            where + " " + name + ": an operation's type can only be probabilistic");
      }
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("operation", name);
      out.put("probabilisticSampling", sampling.get("probabilisticSampling"));
      operations.add(out);
    }
    return operations;
  }

  private static Map<String, Object> sampling(String where, Map<?, ?> strategy) {
    String type = String.valueOf(strategy.get("type")).toLowerCase(Locale.ROOT);
    double param = param(where, strategy);
    Map<String, Object> sampling = new LinkedHashMap<>();
    switch (type) {
      case "probabilistic" -> {
        if (param > 1) {
          throw new IllegalArgumentException(where + ": \"param\" must be from 0 to 1");
        }
        sampling.put("strategyType", "PROBABILISTIC");
        sampling.put("probabilisticSampling", Map.of("samplingRate", param));
      }
      case "ratelimiting" -> {
        sampling.put("strategyType", "RATE_LIMITING");
        sampling.put("rateLimitingSampling", Map.of("maxTracesPerSecond", param));
      }
      default ->
          throw new IllegalArgumentException(
              where + ": \"type\" must be probabilistic or ratelimiting");
    }
    return sampling;
  }

  private static double param(String where, Map<?, ?> strategy) {
    if (strategy.get("param") instanceof Number number
        && number.doubleValue() >= 0
        && number.doubleValue() < 1e9) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(where + ": \"param\" must be a number of at least 0");
  }

  private static Map<?, ?> map(String where, Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException(where + ": expected keys and values");
  }

  private static List<?> list(String where, @Nullable Object value) {
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException(where + ": expected a list");
  }

  private static void require(Map<?, ?> map, String where, List<String> known) {
    for (Object key : map.keySet()) {
      if (!known.contains(String.valueOf(key))) {
        throw new IllegalArgumentException(
            where + ": unknown key \"" + key + "\"; known: " + String.join(", ", known));
      }
    }
  }

  /** The answer for a service, JSON. */
  public String forService(String service) {
    return services.getOrDefault(service, byDefault);
  }
}
