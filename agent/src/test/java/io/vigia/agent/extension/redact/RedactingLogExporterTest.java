package io.vigia.agent.extension.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.vigia.agent.extension.EachLogRecord;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class RedactingLogExporterTest {

  private final List<LogRecordData> exported = new CopyOnWriteArrayList<>();

  @Test
  void nameOfAnEventIsCleanedToo() {
    LogRecordExporter exporter =
        new RedactingLogExporter(new EachLogRecord(exported::add), new Redactor(false));
    try (SdkLoggerProvider provider =
        SdkLoggerProvider.builder()
            .addLogRecordProcessor(SimpleLogRecordProcessor.create(exporter))
            .build()) {
      provider
          .get("test")
          .logRecordBuilder()
          .setEventName("visited /a?token=abc")
          .setBody("nothing")
          .emit();
    }
    assertThat(exported)
        .extracting(LogRecordData::getEventName)
        .containsExactly("visited /a?token=[redacted]");
  }
}
