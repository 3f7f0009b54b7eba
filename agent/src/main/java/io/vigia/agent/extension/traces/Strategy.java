package io.vigia.agent.extension.traces;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Jaeger's {@code SamplingStrategyResponse} in JSON (jaeger-idl, api_v2/sampling.proto). Immutable;
 * equal when the text is.
 */
final class Strategy {

  private static final int MAX_OPERATIONS = 2_000;

  final String text;

  /** Share of traces, 0 to 1, or traces per second. */
  final double rate;

  final boolean isRateLimiting;

  /** At least so many a second of each operation that has no share of its own. */
  final double lowerBoundPerSecond;

  /** Operation → share; in the order of the answer. */
  final Map<String, Double> operations;

  private Strategy(String text, Reader read) {
    this.text = text;
    this.rate = read.rate;
    this.isRateLimiting = read.isRateLimiting;
    this.lowerBoundPerSecond = read.lowerBound;
    this.operations = read.operations;
  }

  /**
   * @throws IOException if it is not such an answer
   */
  static Strategy parse(String json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      Reader reader = new Reader();
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a sampling strategy");
      }
      reader.object(parser, "");
      if (!reader.hasRate) {
        throw new IOException("a sampling strategy without a rate");
      }
      return new Strategy(json, reader);
    }
  }

  /** Walks the few known paths; unknown ones are of a newer version. */
  private static final class Reader {
    double rate;
    boolean hasRate;
    boolean isRateLimiting;
    double lowerBound;
    final Map<String, Double> operations = new LinkedHashMap<>();
    private @Nullable String operation;
    private double operationRate = Double.NaN;

    void object(JsonParser parser, String path) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String at = path + "/" + parser.getCurrentName();
        value(parser, at, parser.nextToken());
      }
    }

    private void value(JsonParser parser, String at, JsonToken token) throws IOException {
      if (token == JsonToken.START_OBJECT) {
        object(parser, at);
      } else if (token == JsonToken.START_ARRAY) {
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
          if (t == null) {
            throw new IOException("the answer ends early");
          }
          value(parser, at, t);
          endOfOperation(at);
        }
      } else if (token != null && token.isScalarValue()) {
        scalar(parser, at);
      } else {
        throw new IOException("the answer ends early");
      }
    }

    private void scalar(JsonParser parser, String at) throws IOException {
      switch (at) {
        case "/probabilisticSampling/samplingRate":
          rate(parser, false);
          break;
        case "/rateLimitingSampling/maxTracesPerSecond":
          rate(parser, true);
          break;
        case "/operationSampling/defaultSamplingProbability":
          if (!isRateLimiting) {
            rate(parser, false);
          }
          break;
        case "/operationSampling/defaultLowerBoundTracesPerSecond":
          lowerBound = number(parser);
          break;
        case "/operationSampling/perOperationStrategies/operation":
          operation = parser.getText();
          break;
        case "/operationSampling/perOperationStrategies/probabilisticSampling/samplingRate":
          operationRate = number(parser);
          break;
        default:
          break;
      }
    }

    private void endOfOperation(String at) {
      if (at.equals("/operationSampling/perOperationStrategies")) {
        if (operation != null
            && !Double.isNaN(operationRate)
            && operations.size() < MAX_OPERATIONS) {
          operations.put(operation, Math.min(1, operationRate));
        }
        operation = null;
        operationRate = Double.NaN;
      }
    }

    private void rate(JsonParser parser, boolean perSecond) throws IOException {
      rate = perSecond ? number(parser) : Math.min(1, number(parser));
      isRateLimiting = perSecond;
      hasRate = true;
    }

    private static double number(JsonParser parser) throws IOException {
      boolean isNull = parser.currentToken() == JsonToken.VALUE_NULL; // which is 0 to Jackson
      double number = isNull ? -1 : parser.getValueAsDouble(-1);
      if (!(number >= 0)) {
        throw new IOException(parser.getCurrentName() + " is not a rate");
      }
      return number;
    }
  }
}
