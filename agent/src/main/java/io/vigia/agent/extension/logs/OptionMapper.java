package io.vigia.agent.extension.logs;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import org.komamitsu.fluency.fluentd.ingester.Response;
import org.komamitsu.fluency.fluentd.ingester.sender.RequestOption;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;

/**
 * Stands where Fluency's network part uses Jackson's {@code ObjectMapper}, for two maps: the option
 * {@code {size, chunk}} of a request and its answer {@code {ack}} (Forward Protocol Specification
 * v1, "Option" and "Response"). Jackson's data binding would be 500 classes, 1,300 entries in the
 * index of the agent's jar and some megabytes in every service. The build renames Fluency's
 * references (pom.xml, relocations); a test holds the bytes against Jackson's. Thread-safe.
 */
public final class OptionMapper {

  /** What Fluency hands over; the format is MessagePack whatever it says. */
  public OptionMapper(JsonFactory format) {}

  /**
   * @param option a {@link RequestOption}, all that Fluency writes
   */
  public byte[] writeValueAsBytes(Object option) throws IOException {
    RequestOption request = (RequestOption) option;
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packMapHeader(request.getChunk() == null ? 1 : 2);
      packer.packString("size").packInt(request.getSize());
      if (request.getChunk() != null) {
        packer.packString("chunk").packString(request.getChunk());
      }
      return packer.toByteArray();
    }
  }

  /**
   * @param message a map, of which {@code ack} is read; what follows is ignored, because Fluency
   *     hands over its whole buffer
   * @param type of a {@link Response}, all that Fluency reads
   * @throws IOException if it is no such map
   */
  public <T> T readValue(byte[] message, Class<T> type) throws IOException {
    String ack = null;
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(message)) {
      for (int left = unpacker.unpackMapHeader(); left > 0; left--) {
        String key = unpacker.unpackString();
        if (key.equals("ack") && unpacker.getNextFormat().getValueType() == ValueType.STRING) {
          ack = unpacker.unpackString();
        } else {
          unpacker.skipValue();
        }
      }
    } catch (RuntimeException e) {
      throw new IOException("the answer is no acknowledgement", e);
    }
    return type.cast(new Response(ack));
  }
}
