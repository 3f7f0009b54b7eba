package io.vigia.collector.disklog;

import java.nio.file.Path;

/** One file of a log: what is known of it without reading its records. */
final class Segment {
  private static final String SUFFIX = ".segment";

  final Path path;
  final SegmentHeader header;

  /** Bytes, the segment's own header included, that readers may see. Only ever grows. */
  private volatile long readableBytes;

  Segment(Path path, SegmentHeader header, long readableBytes) {
    this.path = path;
    this.header = header;
    this.readableBytes = readableBytes;
  }

  LogPosition start() {
    return header.start();
  }

  long readableBytes() {
    return readableBytes;
  }

  void publish(long bytes) {
    readableBytes = bytes;
  }

  /** {@code 00000000000000000042.segment}: sorted by name is sorted by sequence. */
  static Path path(Path directory, long firstSequence) {
    return directory.resolve(String.format("%020d%s", firstSequence, SUFFIX));
  }

  /** The first sequence by the file's name, or -1 when it is no segment's name. */
  static long firstSequence(Path path) {
    String name = String.valueOf(path.getFileName());
    if (name.length() != 20 + SUFFIX.length() || !name.endsWith(SUFFIX)) {
      return -1;
    }
    try {
      return Long.parseLong(name.substring(0, 20));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
