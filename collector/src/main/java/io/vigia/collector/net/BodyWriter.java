package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * A request body in the making: bytes go in, pages of pooled memory come out, optionally gzipped on
 * the way (RFC 1952), so that an uncompressed 5 MB body never exists. Not thread-safe; may be used
 * again after {@link #finish} or {@link #reset}.
 */
public final class BodyWriter implements AutoCloseable {
  private static final int PAGE_BYTES = 32 << 10; // the largest that Netty keeps for a thread
  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

  private final @Nullable Deflater deflater;
  private final CRC32 crc = new CRC32();
  private @Nullable CompositeByteBuf pages;
  private @Nullable ByteBuf page;
  private long written;

  /**
   * @param gzipLevel 1 (fast) to 9 (small); 0 for no compression
   */
  public BodyWriter(int gzipLevel) {
    this.deflater = gzipLevel == 0 ? null : new Deflater(gzipLevel, true);
  }

  /** What there is to read, gzipped; the caller releases both. */
  public static ByteBuf gzip(ByteBuf bytes, int level) {
    try (BodyWriter writer = new BodyWriter(level)) {
      if (bytes.hasArray()) {
        int offset = bytes.arrayOffset() + bytes.readerIndex();
        writer.write(bytes.array(), offset, bytes.readableBytes());
        return writer.finish();
      }
      byte[] part = new byte[8192];
      for (int at = bytes.readerIndex(); at < bytes.writerIndex(); at += part.length) {
        int count = Math.min(part.length, bytes.writerIndex() - at);
        bytes.getBytes(at, part, 0, count);
        writer.write(part, 0, count);
      }
      return writer.finish();
    }
  }

  /** Whether {@code content-encoding: gzip} belongs to the body. */
  public boolean gzip() {
    return deflater != null;
  }

  /** How many bytes went in since the last {@link #finish}. */
  public long written() {
    return written;
  }

  public void write(byte[] bytes, int offset, int length) {
    if (length == 0) {
      return;
    }
    if (deflater == null) {
      append(bytes, offset, length);
    } else {
      if (written == 0) {
        append(GZIP_HEADER, 0, GZIP_HEADER.length);
      }
      crc.update(bytes, offset, length);
      deflater.setInput(bytes, offset, length);
      while (!deflater.needsInput()) {
        deflate(deflater);
      }
    }
    written += length;
  }

  /** The body; the caller releases it. */
  public ByteBuf finish() {
    if (deflater != null && written > 0) {
      deflater.finish();
      while (!deflater.finished()) {
        deflate(deflater);
      }
      ByteBuf trailer = room(8);
      trailer.writeIntLE((int) crc.getValue());
      trailer.writeIntLE((int) written);
    }
    endPage();
    ByteBuf body = pages == null ? io.netty.buffer.Unpooled.EMPTY_BUFFER : pages;
    pages = null;
    reset();
    return body;
  }

  /** Throws away what was written. */
  public void reset() {
    if (page != null) {
      page.release();
      page = null;
    }
    if (pages != null) {
      pages.release();
      pages = null;
    }
    if (deflater != null) {
      deflater.reset();
    }
    crc.reset();
    written = 0;
  }

  @Override
  public void close() {
    reset();
    if (deflater != null) {
      deflater.end();
    }
  }

  private void append(byte[] bytes, int offset, int length) {
    if (page != null && page.writableBytes() >= length) {
      page.writeBytes(bytes, offset, length);
      return;
    }
    int done = 0;
    while (done < length) {
      ByteBuf target = room(1);
      int count = Math.min(length - done, target.writableBytes());
      target.writeBytes(bytes, offset + done, count);
      done += count;
    }
  }

  private void deflate(Deflater from) {
    ByteBuf target = room(1);
    ByteBuffer view = target.nioBuffer(target.writerIndex(), target.writableBytes());
    int count = from.deflate(view);
    target.writerIndex(target.writerIndex() + count);
  }

  private ByteBuf room(int bytes) {
    if (page != null && page.writableBytes() < bytes) {
      endPage();
    }
    if (page == null) {
      page = EventLoops.ALLOCATOR.directBuffer(PAGE_BYTES, PAGE_BYTES);
    }
    return page;
  }

  private void endPage() {
    if (page != null) {
      if (pages == null) {
        pages = EventLoops.ALLOCATOR.compositeDirectBuffer(Integer.MAX_VALUE);
      }
      pages.addComponent(true, page);
      page = null;
    }
  }
}
