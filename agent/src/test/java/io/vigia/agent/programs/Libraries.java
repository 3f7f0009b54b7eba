package io.vigia.agent.programs;

import java.util.List;

/**
 * Uses libraries that are instrumented, one after the other, each in traces of its own. Arguments:
 * {@code told}, then, if Kafka's clients are wanted, a broker and a topic.
 */
public final class Libraries {

  private interface Use {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    for (Use use :
        List.<Use>of(
            Databases::use,
            Threads::use,
            Servlets::use,
            SpringMvc::use,
            Scheduled::use,
            Reactive::use,
            RemoteCalls::use)) {
      use.run();
    }
    if (args.length > 1) {
      Messages.use(args[1], args[2]);
    }
    System.out.println("done " + Runtime.version().feature());
    Stay.asLongAs(args);
    System.exit(0);
  }

  private Libraries() {}
}
