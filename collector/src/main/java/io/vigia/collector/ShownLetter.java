package io.vigia.collector;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.MalformedOtlpException;
import io.vigia.collector.otlp.OtlpJson;
import io.vigia.collector.otlp.OtlpSlicer;
import io.vigia.collector.pipeline.DeadLetter;
import io.vigia.collector.pipeline.DeadLetterAdmin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as people read it.
 *
 * @param refused when; null when that was not written down
 * @param record its number in the log
 * @param detail the destination's own words
 * @param otlp an {@code Export…ServiceRequest} in OTLP JSON with exactly these items, or null
 * @param unshown why there is no {@code otlp}
 */
record ShownLetter(
    String destination,
    Signal signal,
    String reason,
    String detail,
    @Nullable String refused,
    String received,
    String receiver,
    String peer,
    long record,
    int items,
    @Nullable JsonNode otlp,
    @Nullable String unshown) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Protobuf bytes; JSON takes a few times as much, and an answer must fit into memory. */
  private static final int MAX_LETTER_BYTES = 512 << 10;

  private static final int MAX_ANSWER_BYTES = 2 << 20;

  /**
   * @param limit so many at most, and never more than fits into one answer
   */
  static List<ShownLetter> of(
      DeadLetterAdmin letters,
      @Nullable String destination,
      DeadLetterAdmin.Filter filter,
      int limit)
      throws IOException {
    List<ShownLetter> shown = new ArrayList<>();
    long[] bytes = {0};
    letters.show(
        destination,
        filter,
        letter -> {
          if (shown.size() >= limit || bytes[0] > MAX_ANSWER_BYTES) {
            return false;
          }
          bytes[0] += add(letter, shown);
          return true;
        });
    return shown;
  }

  private static int add(DeadLetter letter, List<ShownLetter> shown) {
    LogRecord record = letter.entry().record();
    Signal signal = record.signal();
    int bytes = 0;
    JsonNode otlp = null;
    String unshown = null;
    try {
      ByteBuffer request =
          OtlpSlicer.merge(new ExportBatch(signal, List.of(letter.entry()))).request();
      bytes = request.remaining();
      if (bytes <= MAX_LETTER_BYTES) {
        otlp = json(signal, request);
      } else {
        unshown = bytes + " bytes are too many to be shown";
        bytes = 0;
      }
    } catch (IOException | MalformedOtlpException e) {
      unshown = "it cannot be read: " + e.getMessage();
    }
    Envelope envelope = record.envelope();
    shown.add(
        new ShownLetter(
            letter.destination(),
            signal,
            letter.reason(),
            letter.detail(),
            letter.refusedUnixNanos() == 0 ? null : time(letter.refusedUnixNanos()),
            time(envelope.receiveTimeUnixNanos()),
            envelope.receiver(),
            envelope.peer(),
            record.id().sequence(),
            letter.entry().items(),
            otlp,
            unshown));
    return bytes;
  }

  private static JsonNode json(Signal signal, ByteBuffer request) throws IOException {
    try (TokenBuffer tokens = new TokenBuffer(JSON, false)) {
      JsonGenerator out = tokens;
      OtlpJson.toJson(
          signal,
          request.array(),
          request.arrayOffset() + request.position(),
          request.remaining(),
          out);
      return JSON.readTree(tokens.asParser());
    }
  }

  private static String time(long unixNanos) {
    return Instant.ofEpochSecond(0, unixNanos).toString();
  }
}
