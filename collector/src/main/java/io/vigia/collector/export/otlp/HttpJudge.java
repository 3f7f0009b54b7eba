package io.vigia.collector.export.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.otlp.MalformedOtlpException;
import io.vigia.collector.otlp.OtlpSlicer;
import io.vigia.collector.otlp.ProtoReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What an OTLP/HTTP server's answer means. Source: OTLP Specification, "OTLP/HTTP Response".
 *
 * <p>400, 413 and 422 are words about the data (unless a proxy says them): refused. 429, 502, 503
 * and 504 are to be sent again when {@code Retry-After} says. Every other failure is about the
 * server or about who we are, and is sent again too – more than the specification's list, because
 * here nothing is thrown away for a wrong token or a proxy's mistake.
 */
final class HttpJudge {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WHO = "check tokenFile, or username and passwordFile";
  private static final String WHERE =
      "give the address without /v1/…; is this its OTLP/HTTP port (4318), not gRPC (4317)?";

  private HttpJudge() {}

  static PartResult judge(OtlpSlicer.Part part, HttpAnswer answer, String url) {
    int status = answer.status();
    String detail = PartResult.oneLine(status + " from " + url + ": " + words(answer));
    if (status / 100 == 2) {
      return delivered(part, answer, url);
    }
    return switch (status) {
      case 400, 422 ->
          answer.isAboutTheWay()
              ? retry(part, answer, detail + " (" + HttpAnswer.CHECK_THE_WAY + ")")
              : PartResult.refused(part, "bad_request", detail);
      case 413 -> PartResult.refused(part, "too_large", detail);
      case 401, 403 -> retry(part, answer, detail + " (" + WHO + ")");
      case 404, 405, 415 -> retry(part, answer, detail + " (" + WHERE + ")");
      default -> retry(part, answer, detail);
    };
  }

  private static PartResult retry(OtlpSlicer.Part part, HttpAnswer answer, String detail) {
    return PartResult.retry(part, detail, answer.retryAfterMillis());
  }

  /** Some servers answer in JSON, or in a word of their own, whatever they were sent. */
  private static PartResult delivered(OtlpSlicer.Part part, HttpAnswer answer, String url) {
    String type = type(answer);
    if (answer.body().length == 0 || (type.startsWith("text/") && !type.startsWith("text/html"))) {
      return PartResult.delivered(part, 0, "");
    }
    if (!type.equals("application/json")) {
      return type.startsWith("text/html")
          ? PartResult.retry(part, url + " answered with a web page (" + WHERE + ")", 0)
          : PartResult.delivered(part, answer.body());
    }
    try {
      JsonNode partial = JSON.readTree(answer.body()).path("partialSuccess");
      long rejected = 0;
      for (String name : new String[] {"Spans", "DataPoints", "LogRecords"}) {
        rejected += partial.path("rejected" + name).asLong(0); // a number, or one in quotes
      }
      return PartResult.delivered(part, rejected, partial.path("errorMessage").asText(""));
    } catch (IOException e) {
      return PartResult.retry(part, "an answer from " + url + " that is no OTLP response", 0);
    }
  }

  static CheckResult check(HttpAnswer answer, String url, Signal signal) {
    String said = url + " answered " + answer.status() + ": " + words(answer);
    return switch (answer.status()) {
      case 401, 403 -> CheckResult.failed(said, WHO);
      case 404, 405, 415 -> CheckResult.failed(said, WHERE);
      // an empty request is an odd one; who says so understood it
      case 400, 422 ->
          answer.isAboutTheWay()
              ? CheckResult.failed(said, HttpAnswer.CHECK_THE_WAY)
              : CheckResult.ok(url + " takes " + signal.id() + " by OTLP/HTTP");
      default ->
          answer.status() / 100 == 2
              ? CheckResult.ok(url + " takes " + signal.id() + " by OTLP/HTTP")
              : CheckResult.failed(said, "see the log of the other side");
    };
  }

  /** The message of a {@code google.rpc.Status}, or the text there is. */
  private static String words(HttpAnswer answer) {
    if (type(answer).equals("application/x-protobuf")) {
      try {
        ProtoReader status = new ProtoReader().reset(answer.body(), 0, answer.body().length);
        while (status.next()) {
          if (status.tag() == (2 << 3 | ProtoReader.LEN)) {
            return new String(
                status.array(), status.offset(), status.length(), StandardCharsets.UTF_8);
          }
        }
      } catch (MalformedOtlpException e) {
        // text after all
      }
    }
    return answer.excerpt();
  }

  private static String type(HttpAnswer answer) {
    String type = answer.header("content-type");
    return type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
  }
}
