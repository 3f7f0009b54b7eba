package io.vigia.collector.receive.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class MsgPackScannerTest {
  @Test
  void findsTheEndsWhereverTheBytesAreCut() {
    // ["a", {"k": "xyz"}] then "last" then 7
    byte[] bytes = HexFormat.of().parseHex("92a16181a16ba378797aa46c61737407");
    for (int first = 1; first <= bytes.length; first++) {
      for (int second = first; second <= bytes.length; second++) {
        MsgPackScanner scanner = new MsgPackScanner(1000);
        int[] ends = new int[3];
        int found = 0;
        for (int limit : new int[] {first, second, bytes.length}) {
          for (int end; found < 3 && (end = scanner.scan(bytes, limit)) >= 0; scanner.reset(end)) {
            ends[found++] = end;
          }
        }
        assertThat(ends).as("%d, %d", first, second).containsExactly(10, 15, 16);
      }
    }
  }
}
