package io.vigia.tests.bench;

import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/**
 * What the disk alone takes to make an append durable: no acknowledgement after fsync can be
 * quicker, whoever gives it.
 */
final class DiskFigures {
  private static final int BYTES = 64 << 10;
  private static final int TIMES = 500;

  private DiskFigures() {}

  /** On the file system that the collectors write to. */
  static void print() throws IOException {
    Path folder = Folders.temporary("disk");
    ByteBuffer block = ByteBuffer.allocateDirect(BYTES);
    byte[] noise = new byte[BYTES];
    new Random(1).nextBytes(noise);
    block.put(noise);
    long[] nanos = new long[TIMES];
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("appends"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < TIMES; i++) {
        block.rewind();
        long start = System.nanoTime();
        file.write(block);
        file.force(/* metaData= */ false);
        nanos[i] = System.nanoTime() - start;
      }
    }
    Folders.delete(folder);
    Arrays.sort(nanos);
    System.out.printf(
        "disk alone: an append of %d KiB and its fsync take %.1f ms (median), %.1f ms (p99)%n",
        BYTES >> 10, nanos[TIMES / 2] / 1e6, nanos[TIMES * 99 / 100] / 1e6);
  }
}
