package io.vigia.agent.programs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Logger;

/** Has nothing for stderr, or a logger ({@code logger}), and makes a span. */
public final class OwnStderr {

  private static final Logger LOG = Logger.getLogger("stderr");

  public static void main(String[] args) throws Exception {
    boolean logs = args[0].equals("logger");
    LOG.setUseParentHandlers(false);
    System.setErr(logs ? new Logged() : null);
    InRequest.run(() -> System.out.println("served"));
    Stay.asLongAs(new String[] {args[1]});
  }

  private static final class Logged extends PrintStream {
    Logged() {
      super(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    }

    @Override
    public void println(String line) {
      LOG.severe(line);
    }
  }

  private OwnStderr() {}
}
