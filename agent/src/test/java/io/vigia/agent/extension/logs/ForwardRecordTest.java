package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/** Read back by an independent codec. */
class ForwardRecordTest {

  private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");

  private final List<Value> records = new ArrayList<>();
  private final SdkLoggerProvider provider =
      SdkLoggerProvider.builder().addLogRecordProcessor(new Encoding()).build();

  @Test
  void nameOfAnEventIsAnAttribute() {
    event().setEventName("order.taken").setAttribute(KIND, "web").emit();
    event().setEventName("order.taken").emit();
    event().setAttribute(AttributeKey.stringKey("event.name"), "older").setEventName("x").emit();
    event().setAttribute(KIND, "web").emit();
    assertThat(records)
        .extracting(record -> attributes(record))
        .containsExactly(
            "{\"event.name\":\"order.taken\",\"kind\":\"web\"}",
            "{\"event.name\":\"order.taken\"}",
            "{\"event.name\":\"older\"}",
            "{\"kind\":\"web\"}");
  }

  private LogRecordBuilder event() {
    return provider.get("test").logRecordBuilder();
  }

  private static String attributes(Value record) {
    Value attributes = record.asMapValue().map().get(ValueFactory.newString("attributes"));
    return attributes == null ? "none" : attributes.toJson();
  }

  private final class Encoding implements LogRecordProcessor {
    @Override
    public void onEmit(Context context, ReadWriteLogRecord log) {
      byte[] bytes =
          ForwardRecord.encode(
              log.toLogRecordData(), ForwardRecord.encodeResource(Attributes.empty()));
      try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
        records.add(unpacker.unpackValue());
        assertThat(unpacker.hasNext()).isFalse();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
