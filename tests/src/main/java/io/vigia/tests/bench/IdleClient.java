package io.vigia.tests.bench;

import io.vigia.tests.client.RawHttp2;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Opens connections that then say nothing: HTTP/2 after its preface, HTTP/1.1 and forward bare. */
final class IdleClient {
  private IdleClient() {}

  /**
   * @param args how many; the ports of OTLP/gRPC, OTLP/HTTP and forward, or 0 for none of a kind
   */
  public static void main(String[] args) throws IOException {
    int count = Integer.parseInt(args[0]);
    List<AutoCloseable> open = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int kind = 1 + i % 3;
      int port = Integer.parseInt(args[kind]);
      if (kind == 1) {
        RawHttp2 connection = new RawHttp2(port, 30_000);
        connection.await(RawHttp2.SETTINGS);
        open.add(connection);
      } else {
        open.add(new Socket("127.0.0.1", port));
      }
    }
    System.out.println("ready " + open.size());
    while (System.in.read() >= 0) {
      // until the other side closes it
    }
  }
}
