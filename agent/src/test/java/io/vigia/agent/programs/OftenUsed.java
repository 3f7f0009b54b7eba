package io.vigia.agent.programs;

import java.util.List;

/**
 * Uses more libraries that are instrumented, those that most services have one or another of, each
 * in traces of its own. Argument: {@code told}.
 */
public final class OftenUsed {

  private interface Use {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    for (Use use :
        List.<Use>of(
            HttpClients::use,
            Entities::use,
            JmsMessages::use,
            Flows::use,
            QuartzJobs::use,
            RestResources::use,
            VertxRoutes::use,
            OwnSpans::use)) {
      use.run();
    }
    System.out.println("done " + Runtime.version().feature());
    Stay.asLongAs(args);
    System.exit(0);
  }

  private OftenUsed() {}
}
