package io.vigia.collector.disklog;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A log of short texts, for tests that look at which of them survive. */
final class TestLog {
  static final Path DIRECTORY = Path.of("/log");

  private TestLog() {}

  static DiskLog.Builder builder(Storage storage) {
    return DiskLog.builder(Signal.LOGS, DIRECTORY).storage(storage).diskRetryMillis(1);
  }

  static DiskLog open(Storage storage) throws IOException {
    return open(builder(storage));
  }

  static DiskLog open(DiskLog.Builder builder) throws IOException {
    DiskLog log = builder.build();
    log.start();
    return log;
  }

  static CompletableFuture<Void> append(DiskLog log, String text) {
    return log.append(
        new Envelope(1_000, "test", "10.0.0.7:1", Map.of("k8s.pod.name", "pod-ñ")),
        text.length(),
        ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** One group each, and all acknowledged. */
  static void appendAll(DiskLog log, String... texts) throws Exception {
    for (String text : texts) {
      append(log, text).get(10, TimeUnit.SECONDS);
    }
  }

  /** Texts in order; a stretch that cannot be read as {@code [reason, items]}. */
  static List<String> read(DiskLog log, LogPosition from) throws IOException {
    List<String> texts = new ArrayList<>();
    try (LogReader reader = log.reader(from)) {
      LogEntry entry;
      while ((entry = reader.next()) != null) {
        LogRecord record = entry.record();
        texts.add(
            record == null
                ? "[" + entry.damage() + ", " + entry.items() + "]"
                : StandardCharsets.UTF_8.decode(record.payload().duplicate()).toString());
      }
    }
    return texts;
  }

  static List<String> read(DiskLog log) throws IOException {
    return read(log, log.oldest());
  }
}
