package io.vigia.collector.export.otlp;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.ExportResult.Refused;
import io.vigia.collector.otlp.MalformedOtlpException;
import io.vigia.collector.otlp.OtlpSlicer;
import io.vigia.collector.otlp.ProtoReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What became of one request of a batch, and of all of them.
 *
 * @param outcome what the backend said
 * @param rejected items that a backend which took the request left out (partial success)
 * @param reason of a refusal: a short word; unused otherwise
 * @param detail one line
 * @param retryAfterMillis 0 when it did not say
 */
record PartResult(
    OtlpSlicer.Part part,
    Outcome outcome,
    long rejected,
    String reason,
    String detail,
    long retryAfterMillis) {
  /** What the backend said of a request as a whole; the later the worse. */
  enum Outcome {
    DELIVERED,
    REFUSED,
    RETRY
  }

  static PartResult refused(OtlpSlicer.Part part, String reason, String detail) {
    return new PartResult(part, Outcome.REFUSED, 0, reason, detail, 0);
  }

  static PartResult retry(OtlpSlicer.Part part, String detail, long retryAfterMillis) {
    return new PartResult(part, Outcome.RETRY, 0, "", detail, retryAfterMillis);
  }

  /**
   * Taken, as far as the {@code Export…ServiceResponse} says. Source:
   * opentelemetry/proto/collector/…/v1/…_service.proto, {@code partial_success = 1 {rejected_… = 1,
   * error_message = 2}}.
   */
  static PartResult delivered(OtlpSlicer.Part part, byte[] response) {
    long rejected = 0;
    String message = "";
    try {
      ProtoReader reader = new ProtoReader().reset(response, 0, response.length);
      ProtoReader partial = new ProtoReader();
      while (reader.next()) {
        if (reader.tag() == (1 << 3 | ProtoReader.LEN)) {
          reader.enter(partial);
          while (partial.next()) {
            if (partial.tag() == (1 << 3 | ProtoReader.VARINT)) {
              rejected = partial.value();
            } else if (partial.tag() == (2 << 3 | ProtoReader.LEN)) {
              message =
                  new String(
                      partial.array(), partial.offset(), partial.length(), StandardCharsets.UTF_8);
            }
          }
        }
      }
    } catch (MalformedOtlpException e) {
      return retry(part, "an answer that is no OTLP response", 0);
    }
    return delivered(part, rejected, message);
  }

  /** Taken, but for {@code rejected} items. */
  static PartResult delivered(OtlpSlicer.Part part, long rejected, String message) {
    return new PartResult(
        part,
        Outcome.DELIVERED,
        Math.max(0, Math.min(rejected, part.items())),
        "partial_success",
        oneLine(message),
        0);
  }

  /**
   * Of two requests that were made of the same part: all of it again when one has to come again.
   */
  PartResult worse(PartResult other) {
    return outcome.compareTo(other.outcome) >= 0 ? this : other;
  }

  /** The result of a batch, once all of its parts have one. */
  static CompletableFuture<ExportResult> whenAll(
      ExportBatch batch, List<CompletableFuture<PartResult>> parts) {
    return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]))
        .thenApply(done -> combine(batch, parts.stream().map(CompletableFuture::join).toList()));
  }

  /**
   * The result of a batch. A part refused beside others that were not comes back as a retry: alone,
   * it will be refused as a whole, and then the dispatcher finds the offender.
   */
  static ExportResult combine(ExportBatch batch, List<PartResult> results) {
    if (!results.isEmpty() && results.stream().allMatch(r -> r.outcome == Outcome.REFUSED)) {
      return ExportResult.refusedAll(batch, results.get(0).reason, results.get(0).detail);
    }
    List<Refused> refused = new ArrayList<>();
    List<ExportBatch.Entry> retry = new ArrayList<>();
    String retryReason = null;
    long retryAfterMillis = 0;
    for (PartResult result : results) {
      if (result.outcome == Outcome.DELIVERED) {
        result.addRejected(refused);
      } else {
        result.part.entries().forEach(entry -> ExportBatch.add(retry, entry));
        retryAfterMillis = Math.max(retryAfterMillis, result.retryAfterMillis);
        retryReason = retryReason == null ? result.detail : retryReason;
      }
    }
    return refused.isEmpty() && retry.isEmpty()
        ? ExportResult.delivered()
        : new ExportResult(0, refused, retry, retryAfterMillis, retryReason);
  }

  /** OTLP says how many were left out, not which: the first ones stand for them. */
  private void addRejected(List<Refused> refused) {
    long left = rejected;
    for (int i = 0; i < part.entries().size() && left > 0; i++) {
      ExportBatch.Entry entry = part.entries().get(i);
      for (int item = 0; item < entry.record().items() && left > 0; item++) {
        if (entry.wants(item)) {
          refused.add(new Refused(part.firstEntry() + i, item, reason, detail));
          left--;
        }
      }
    }
  }

  static String oneLine(String text) {
    String line = text.replace('\n', ' ').trim();
    return line.length() > 300 ? line.substring(0, 300) : line;
  }
}
