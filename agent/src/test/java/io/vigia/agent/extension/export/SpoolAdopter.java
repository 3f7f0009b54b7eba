package io.vigia.agent.extension.export;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An agent that starts when it is told to, and prints what it took over. */
final class SpoolAdopter {

  /** Arguments: the spill directory, the name of the process, a file to wait for. */
  public static void main(String[] args) throws Exception {
    Spool spool = new Spool(new SpoolDirectory(Path.of(args[0]), args[1]), 1 << 20);
    System.out.print('.');
    System.out.flush();
    while (!Files.exists(Path.of(args[2]))) {
      Thread.onSpinWait();
    }
    spool.adopt();
    StringBuilder texts = new StringBuilder();
    for (Spool.Item item = spool.oldest("traces"); item != null; item = spool.oldest("traces")) {
      texts.append(new String(item.read(), StandardCharsets.UTF_8)).append(' ');
      spool.remove(item);
    }
    System.out.print(texts);
  }

  private SpoolAdopter() {}
}
