package io.vigia.collector.receive;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.grpc.Compressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyFramedOutputStream;

/** How senders compress, by the names that they give it. */
public enum Packing implements Compressor {
  GZIP("gzip"),
  ZSTD("zstd"),
  SNAPPY_BLOCK("snappy"),
  SNAPPY_FRAMES("snappy"),
  DEFLATE("deflate");

  private final String encoding;

  Packing(String encoding) {
    this.encoding = encoding;
  }

  /** The name in headers. */
  @Override
  public String getMessageEncoding() {
    return encoding;
  }

  @Override
  public OutputStream compress(OutputStream to) throws IOException {
    return switch (this) {
      case GZIP -> new GZIPOutputStream(to);
      case ZSTD -> new ZstdOutputStreamNoFinalizer(to);
      case SNAPPY_FRAMES -> new SnappyFramedOutputStream(to);
      case DEFLATE -> new DeflaterOutputStream(to);
      case SNAPPY_BLOCK ->
          new ByteArrayOutputStream() {
            @Override
            public void close() throws IOException {
              to.write(Snappy.compress(toByteArray()));
              to.close();
            }
          };
    };
  }

  /** The bytes, compressed. */
  public byte[] of(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = compress(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }
}
