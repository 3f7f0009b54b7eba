package io.vigia.collector.otlp;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vigia.collector.otlp.OtlpSchema.Field;
import io.vigia.collector.otlp.OtlpSchema.Message;
import java.io.Closeable;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Reads one message from ProtoJSON and writes it as protobuf. */
final class JsonReader implements Closeable {
  private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

  private final JsonParser in;
  private final ProtoWriter out;

  JsonReader(JsonParser in, ProtoWriter out) {
    this.in = in;
    this.out = out;
  }

  void read(Message message) throws IOException {
    if (in.nextToken() != JsonToken.START_OBJECT) {
      throw malformed(message.name + " must be an object");
    }
    fields(message);
    if (in.nextToken() != null) {
      throw malformed("something follows the object");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void fields(Message message) throws IOException {
    while (in.nextToken() != JsonToken.END_OBJECT) {
      Field field = message.byName.get(in.currentName());
      JsonToken token = in.nextToken();
      if (field == null) {
        in.skipChildren();
      } else if (token == JsonToken.VALUE_NULL) {
        continue; // as if it were not there
      } else if (!field.repeated()) {
        value(field);
      } else if (token != JsonToken.START_ARRAY) {
        throw malformed(field.jsonName() + " must be an array");
      } else if (field.packed()) {
        packed(field);
      } else {
        while (in.nextToken() != JsonToken.END_ARRAY) {
          value(field);
        }
      }
    }
  }

  private void value(Field field) throws IOException {
    int tag = field.tag();
    switch (field.type()) {
      case MESSAGE -> message(field.message(), tag);
      case STRING -> out.string(tag, string(field));
      case BYTES -> out.bytes(tag, base64(field));
      case ID16, ID8 -> out.bytes(tag, hex(field));
      case BOOL -> out.bool(tag, bool(field));
      case ENUM -> out.varint(tag, enumValue(field));
      case DOUBLE -> out.doubleValue(tag, real(field));
      case SINT32 -> out.zigZag(tag, integer(field));
      case FIXED64, SFIXED64 -> out.fixed64(tag, integer(field));
      case FIXED32 -> out.fixed32(tag, (int) integer(field));
      default -> out.varint(tag, integer(field));
    }
  }

  private void message(@Nullable Message message, int tag) throws IOException {
    if (message == null) {
      throw new IllegalStateException();
    }
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(message.name + " must be an object");
    }
    int mark = out.begin(tag);
    fields(message);
    out.end(mark);
  }

  private void packed(Field field) throws IOException {
    if (in.nextToken() == JsonToken.END_ARRAY) {
      return;
    }
    int mark = out.begin(field.tag());
    do {
      switch (field.type()) {
        case DOUBLE -> out.packedFixed64(Double.doubleToRawLongBits(real(field)));
        case FIXED64 -> out.packedFixed64(integer(field));
        default -> out.packedVarint(integer(field));
      }
    } while (in.nextToken() != JsonToken.END_ARRAY);
    out.end(mark);
  }

  private String string(Field field) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(field.jsonName() + " must be a string");
    }
    return in.getText();
  }

  private boolean bool(Field field) throws IOException {
    return switch (in.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw malformed(field.jsonName() + " must be true or false");
    };
  }

  private byte[] base64(Field field) throws IOException {
    String text = string(field);
    boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    int padding = text.indexOf('=');
    String plain = padding < 0 ? text : text.substring(0, padding);
    try {
      return (urlSafe ? Base64Variants.MODIFIED_FOR_URL : Base64Variants.MIME_NO_LINEFEEDS)
          .withPaddingAllowed()
          .decode(plain);
    } catch (IllegalArgumentException e) {
      throw malformed(field.jsonName() + " is not base64");
    }
  }

  private byte[] hex(Field field) throws IOException {
    try {
      return HexFormat.of().parseHex(string(field));
    } catch (IllegalArgumentException e) {
      throw malformed(field.jsonName() + " is not hexadecimal");
    }
  }

  private long enumValue(Field field) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      return integer(field);
    }
    String text = in.getText();
    String[] names = field.enumNames();
    for (int i = 0; names != null && i < names.length; i++) {
      if (names[i].equals(text)) {
        return i;
      }
    }
    throw malformed(field.jsonName() + " is no known name");
  }

  private double real(Field field) throws IOException {
    if (in.currentToken().isNumeric()) {
      return in.getDoubleValue();
    }
    String text = string(field);
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> number(field, text).doubleValue();
    };
  }

  /** Integers may be numbers or strings, also with an exponent or a zero fraction. */
  private long integer(Field field) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NUMBER_INT
        && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return inRange(field, in.getLongValue());
    }
    BigDecimal decimal =
        number(
            field,
            in.currentToken() != null && in.currentToken().isNumeric()
                ? in.getText()
                : string(field));
    try {
      if (decimal.scale() < -20 || decimal.precision() > 40) {
        throw new ArithmeticException();
      }
      BigInteger integer = decimal.toBigIntegerExact();
      boolean unsigned =
          field.type() == OtlpSchema.Type.FIXED64 || field.type() == OtlpSchema.Type.UINT64;
      if (unsigned && integer.signum() >= 0 && integer.compareTo(TWO_64) < 0) {
        return integer.longValue();
      }
      return inRange(field, integer.longValueExact());
    } catch (ArithmeticException e) {
      throw malformed(field.jsonName() + " is no integer of its range");
    }
  }

  private static long inRange(Field field, long value) {
    boolean fits =
        switch (field.type()) {
          case UINT32, FIXED32 -> value >>> 32 == 0;
          case INT32, SINT32, ENUM -> value == (int) value;
          case FIXED64, UINT64 -> value >= 0;
          default -> true;
        };
    if (!fits) {
      throw malformed(field.jsonName() + " is out of range");
    }
    return value;
  }

  /** Making a number of so many digits costs the square of their count. */
  private static BigDecimal number(Field field, String text) {
    if (text.length() > OtlpJson.MAX_NUMBER_CHARS) {
      throw malformed(field.jsonName() + " is a number of " + text.length() + " characters");
    }
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw malformed(field.jsonName() + " is no number");
    }
  }

  private static MalformedOtlpException malformed(String message) {
    return new MalformedOtlpException("json", "JSON: " + message);
  }
}
