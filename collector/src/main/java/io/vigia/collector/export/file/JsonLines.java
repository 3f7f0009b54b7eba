package io.vigia.collector.export.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.otlp.OtlpJson;
import io.vigia.collector.otlp.OtlpSlicer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A batch as lines of OTLP JSON of about a megabyte of protobuf at most. Not thread-safe. */
final class JsonLines {
  private static final int LINE_BYTES = 1 << 20;
  private static final JsonFactory JSON = new JsonFactory();

  byte[] write(ExportBatch batch) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(8 << 10);
    for (OtlpSlicer.Part part : OtlpSlicer.slice(batch, LINE_BYTES)) {
      ByteBuffer request = part.request();
      try (JsonGenerator generator = JSON.createGenerator(out)) {
        generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        OtlpJson.toJson(
            batch.signal(),
            request.array(),
            request.arrayOffset() + request.position(),
            request.remaining(),
            generator);
      }
      out.write('\n');
    }
    return out.toByteArray();
  }
}
