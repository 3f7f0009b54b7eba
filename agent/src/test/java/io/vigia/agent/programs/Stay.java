package io.vigia.agent.programs;

import java.io.IOException;

/** How long a program lives. */
final class Stay {

  /** So many milliseconds, or none, or with {@code told} until somebody closes stdin. */
  static void asLongAs(String[] args) throws IOException, InterruptedException {
    if (args.length > 0 && args[0].equals("told")) {
      while (System.in.read() >= 0) {
        // nothing is said, it only ends
      }
    } else if (args.length > 0) {
      Thread.sleep(Long.parseLong(args[0]));
    }
  }

  private Stay() {}
}
