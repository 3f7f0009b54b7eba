package io.vigia.agent.programs;

import io.prometheus.client.Counter;
import java.util.logging.Logger;

/** Uses a bit of everything that the agent acts on; its stdout is the same in each run. */
public final class Steady {

  private static final Counter ORDERS = Counter.build("orders_total", "Orders").register();

  public static void main(String[] args) throws Exception {
    Logger log = Logger.getLogger(Steady.class.getName());
    System.out.println("begin");
    InRequest.run(
        () -> {
          log.info("in a request");
          ORDERS.inc();
          System.out.println("served " + ORDERS.get());
        });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    System.out.println("end");
    System.exit(3);
  }

  private Steady() {}
}
