package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.komamitsu.fluency.EventTime;
import org.komamitsu.fluency.fluentd.ingester.Response;
import org.komamitsu.fluency.fluentd.ingester.sender.RequestOption;
import org.komamitsu.fluency.fluentd.recordformat.FluentdRecordFormatter;
import org.msgpack.jackson.dataformat.MessagePackFactory;

/** What stands in for Fluency's use of Jackson, held against it. */
class OptionMapperTest {

  private final OptionMapper ours = new OptionMapper(new OptionFormat());
  private final ObjectMapper jackson = new ObjectMapper(new MessagePackFactory());

  @Property(tries = 100)
  void optionsAreWrittenAsByJackson(
      @ForAll @IntRange int size, @ForAll @StringLength(max = 300) String chunk)
      throws IOException {
    RequestOption option = new RequestOption(size, chunk);
    assertThat(ours.writeValueAsBytes(option)).isEqualTo(jackson.writeValueAsBytes(option));
  }

  @Test
  void anOptionWithoutChunkIsWrittenAsByJackson() throws IOException {
    RequestOption option = new RequestOption(7, null);
    assertThat(ours.writeValueAsBytes(option)).isEqualTo(jackson.writeValueAsBytes(option));
  }

  @Test
  void acknowledgementIsReadFromTheStartOfTheBuffer() throws IOException {
    byte[] answer = jackson.writeValueAsBytes(Map.of("ack", "0123-abcd"));
    Response response = ours.readValue(Arrays.copyOf(answer, 256), Response.class);
    assertThat(response.getAck()).isEqualTo("0123-abcd");
  }

  @Test
  void acknowledgementIsFoundBesideOtherKeys() throws IOException {
    byte[] answer =
        jackson.writeValueAsBytes(new TreeMap<>(Map.of("a", Map.of("b", 1), "ack", "x")));
    assertThat(ours.readValue(answer, Response.class).getAck()).isEqualTo("x");
  }

  @Test
  void whatIsNoAcknowledgementIsAnIoException() {
    for (byte[] answer : new byte[][] {{}, {(byte) 0x81}, {(byte) 0x92, 1, 2}, {'H', 'T', 'T'}}) {
      assertThatThrownBy(() -> ours.readValue(answer, Response.class))
          .isInstanceOf(IOException.class);
    }
  }

  @Property(tries = 100)
  void entriesAreWrittenAsByFluency(
      @ForAll @IntRange int seconds,
      @ForAll @IntRange(max = 999_999_999) int nanos,
      @ForAll byte[] record) {
    EventTime time = EventTime.fromEpoch(seconds, nanos);
    assertThat(
            new ForwardRecordFormatter().formatFromMessagePack("t", time, record, 0, record.length))
        .isEqualTo(
            new FluentdRecordFormatter()
                .formatFromMessagePack("t", time, record, 0, record.length));
  }
}
