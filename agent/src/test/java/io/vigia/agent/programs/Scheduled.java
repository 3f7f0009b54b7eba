package io.vigia.agent.programs;

import java.util.concurrent.CountDownLatch;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.scheduling.annotation.EnableScheduling;

/** A task that Spring runs on a schedule: once, because the next run is in an hour. */
final class Scheduled {

  private static final CountDownLatch RAN = new CountDownLatch(1);

  /** The application's configuration. */
  @EnableScheduling
  public static class Jobs {
    /** Asks the database. */
    @org.springframework.scheduling.annotation.Scheduled(fixedDelay = 3_600_000)
    public void tidy() {
      Databases.ask("SELECT 8 AS scheduled");
      RAN.countDown();
    }
  }

  static void use() throws Exception {
    try (AnnotationConfigApplicationContext application =
        new AnnotationConfigApplicationContext(Jobs.class)) {
      RAN.await();
    }
  }

  private Scheduled() {}
}
