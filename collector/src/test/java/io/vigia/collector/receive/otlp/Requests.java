package io.vigia.collector.receive.otlp;

import com.google.protobuf.CodedOutputStream;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Requests and answers made by the official classes. */
final class Requests {
  private Requests() {}

  static ExportLogsServiceRequest logs(int records) {
    ScopeLogs.Builder scope = ScopeLogs.newBuilder();
    for (int i = 0; i < records; i++) {
      scope.addLogRecords(
          LogRecord.newBuilder()
              .setTimeUnixNano(1_700_000_000_000_000_000L + i)
              .setBody(AnyValue.newBuilder().setStringValue("line " + i)));
    }
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(scope))
        .build();
  }

  /** {@code google.rpc.Status} with {@code RetryInfo}, written field by field. */
  static byte[] retryStatus(int code, String message, long seconds, int nanos) throws IOException {
    byte[] duration =
        write(
            out -> {
              out.writeInt64(1, seconds);
              out.writeInt32(2, nanos);
            });
    byte[] info = write(out -> out.writeByteArray(1, duration));
    byte[] any =
        write(
            out -> {
              out.writeString(1, "type.googleapis.com/google.rpc.RetryInfo");
              out.writeByteArray(2, info);
            });
    return write(
        out -> {
          out.writeInt32(1, code);
          out.writeString(2, message);
          out.writeByteArray(3, any);
        });
  }

  /** {@code google.rpc.Status} without details. */
  static byte[] status(int code, String message) throws IOException {
    return write(
        out -> {
          out.writeInt32(1, code);
          out.writeString(2, message);
        });
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] write(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }
}
