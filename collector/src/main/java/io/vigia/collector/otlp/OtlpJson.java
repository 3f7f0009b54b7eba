package io.vigia.collector.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.vigia.collector.core.Signal;
import java.io.IOException;

/**
 * OTLP JSON to protobuf and back, field by field, by the table in {@link OtlpSchema}. Sources:
 * protobuf.dev, "ProtoJSON Format"; OTLP Specification, "JSON Protobuf Encoding", which differs in
 * that trace and span ids are hexadecimal and that writers give enumerations as numbers.
 */
public final class OtlpJson {
  /** Arrays and objects in each other: two for each message. */
  private static final int MAX_DEPTH = 2 * OtlpValidator.MAX_DEPTH;

  /** Also of one in quotes. The longest that a double needs is some 1,100, and nobody writes it. */
  static final int MAX_NUMBER_CHARS = 400;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE) // the body is bounded already
                  .maxNameLength(1 << 16)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private OtlpJson() {}

  /**
   * Reads an {@code Export…ServiceRequest}. Unknown fields are ignored; names in lowerCamelCase and
   * as in the .proto file are known.
   *
   * @param out gets the protobuf; what it held stays
   * @throws MalformedOtlpException when it is not JSON, or not this JSON
   */
  public static void toProtobuf(
      Signal signal, byte[] json, int offset, int length, ProtoWriter out) {
    try (JsonReader reader = new JsonReader(FACTORY.createParser(json, offset, length), out)) {
      reader.read(OtlpSchema.request(signal));
    } catch (IOException e) {
      throw new MalformedOtlpException("json", "JSON: " + firstLine(e));
    }
  }

  /** Writes an {@code Export…ServiceRequest} as one JSON object. */
  public static void toJson(
      Signal signal, byte[] protobuf, int offset, int length, JsonGenerator out)
      throws IOException {
    new JsonPrinter(out).print(OtlpSchema.request(signal), protobuf, offset, length);
  }

  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
