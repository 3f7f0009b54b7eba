package io.vigia.tests.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/**
 * Sends the same PackedForward chunk again and again, each with an id of its own; acknowledgements
 * are taken by a thread, in the order of the chunks.
 */
final class ForwardConnection implements LoadClient.Connection {
  private static final int ID_LENGTH = 16;

  private final Socket socket;
  private final OutputStream out;
  private final byte[] head;
  private final Queue<Consumer<Boolean>> waiting = new ConcurrentLinkedQueue<>();
  private long next;

  ForwardConnection(Workload workload, int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    byte[] entries = entries(workload.eventsPerRequest());
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packArrayHeader(3).packString("bench.app").packBinaryHeader(entries.length);
      packer.writePayload(entries);
      packer.packMapHeader(2).packString("size").packInt(workload.eventsPerRequest());
      packer.packString("chunk").packRawStringHeader(ID_LENGTH);
      head = packer.toByteArray();
    }
    Thread reader = new Thread(this::readAcknowledgements, "acks");
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  public void send(Consumer<Boolean> done) throws IOException {
    byte[] id = "%016x".formatted(next++).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    waiting.add(done);
    out.write(head);
    out.write(id);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void readAcknowledgements() {
    try (MessageUnpacker in = MessagePack.newDefaultUnpacker(socket.getInputStream())) {
      while (in.hasNext()) {
        in.unpackValue();
        Consumer<Boolean> done = waiting.poll();
        if (done != null) {
          done.accept(true);
        }
      }
    } catch (IOException e) {
      // the end of the run, or of the server: what waits has failed
    }
    for (Consumer<Boolean> done = waiting.poll(); done != null; done = waiting.poll()) {
      done.accept(false);
    }
  }

  private static byte[] entries(int count) throws IOException {
    Random random = new Random(1);
    long seconds = System.currentTimeMillis() / 1000;
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      for (int i = 0; i < count; i++) {
        packer.packArrayHeader(2).packExtensionTypeHeader((byte) 0, 8);
        packer.writePayload(ByteBuffer.allocate(8).putInt((int) seconds).putInt(i).array());
        packer.packMapHeader(4);
        packer.packString("message").packString(Workload.text(random, 230));
        packer.packString("level").packString("INFO");
        packer.packString("logger").packString("com.example.orders.OrderService");
        packer.packString("thread").packString("worker-" + random.nextInt(64));
      }
      return packer.toByteArray();
    }
  }
}
