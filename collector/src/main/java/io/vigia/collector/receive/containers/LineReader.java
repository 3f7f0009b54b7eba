package io.vigia.collector.receive.containers;

import java.io.IOException;
import java.util.Arrays;

/**
 * Cuts a file into lines. Of a line longer than allowed the rest is skipped. Reusable, not
 * thread-safe.
 */
final class LineReader {
  private static final int READ_BYTES = 64 << 10;

  private final int maxLineBytes;
  private byte[] buffer = new byte[READ_BYTES];
  private int begin;
  private int scanned;
  private int end;
  private long startOffset;
  private long skipped;
  private int lineLength;
  private long lineBytes;

  LineReader(int maxLineBytes) {
    this.maxLineBytes = maxLineBytes;
  }

  /** The next bytes are those at this offset of a file. */
  void start(long offset) {
    begin = scanned = end = 0;
    skipped = 0;
    startOffset = offset;
    lineBytes = 0;
    lineLength = 0;
  }

  /** Goes to the next line that has an end. */
  boolean next(LogFile.Source source) throws IOException {
    advance();
    while (true) {
      while (scanned < end) {
        if (buffer[scanned++] == '\n') {
          lineLength = scanned - 1 - begin;
          lineBytes = (long) scanned - begin + skipped;
          return true;
        }
      }
      if (!fill(source)) {
        return false;
      }
    }
  }

  /** Goes to what is behind the last end of a line, if there is something. */
  boolean rest() {
    lineLength = end - begin;
    lineBytes = (long) lineLength + skipped;
    scanned = end;
    return lineBytes > 0;
  }

  private void advance() {
    startOffset += lineBytes;
    lineBytes = 0;
    begin = scanned;
    skipped = 0;
  }

  private boolean fill(LogFile.Source source) throws IOException {
    if (begin > 0) {
      System.arraycopy(buffer, begin, buffer, 0, end - begin);
      scanned -= begin;
      end -= begin;
      begin = 0;
    }
    if (end > maxLineBytes) { // keep the first bytes, forget what is read beyond them
      skipped += end - maxLineBytes;
      scanned = end = maxLineBytes;
    }
    if (buffer.length - end < READ_BYTES / 2) {
      buffer = Arrays.copyOf(buffer, Math.min(buffer.length * 2, maxLineBytes + READ_BYTES));
    }
    int read = source.read(buffer, end, buffer.length - end);
    if (read <= 0) {
      return false;
    }
    end += read;
    return true;
  }

  byte[] array() {
    return buffer;
  }

  int offset() {
    return begin;
  }

  /** Without its end. */
  int length() {
    return Math.min(lineLength, maxLineBytes);
  }

  boolean isCut() {
    return skipped > 0 || lineLength > maxLineBytes;
  }

  /** Where in the file the line begins. */
  long start() {
    return startOffset;
  }

  /** Where in the file the next line begins. */
  long end() {
    return startOffset + lineBytes;
  }
}
