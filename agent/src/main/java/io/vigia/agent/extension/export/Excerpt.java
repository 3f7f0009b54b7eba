package io.vigia.agent.extension.export;

/**
 * What somebody answered, as a part of a line on stderr: a proxy answers a page of HTML, OTLP a
 * message of protobuf, and neither shall be several lines there, or steer a terminal.
 */
final class Excerpt {

  private static final int MAX_CHARS = 200;

  /** Its beginning, in one line. */
  static String of(String text) {
    // what is cut off need not be looked at
    String line =
        text.substring(0, Math.min(text.length(), 4 * MAX_CHARS))
            .replaceAll("[\\p{Cntrl}\\p{Cf}\\uFFFD\\s]+", " ")
            .trim();
    return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "...";
  }

  private Excerpt() {}
}
