package io.vigia.agent.programs;

import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.Scheduler;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/** A job of Quartz that fails at its end. */
public final class QuartzJobs implements Job {

  private static final CountDownLatch RAN = new CountDownLatch(1);

  @Override
  public void execute(JobExecutionContext context) throws JobExecutionException {
    Databases.ask("SELECT 1 AS quartz");
    RAN.countDown();
    throw new JobExecutionException("as it should");
  }

  static void use() throws Exception {
    Properties settings = new Properties();
    settings.setProperty("org.quartz.threadPool.threadCount", "1");
    settings.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
    Scheduler scheduler = new StdSchedulerFactory(settings).getScheduler();
    scheduler.start();
    scheduler.scheduleJob(
        JobBuilder.newJob(QuartzJobs.class).withIdentity("tidy", "jobs").build(),
        TriggerBuilder.newTrigger().startNow().build());
    RAN.await();
    scheduler.shutdown(/* waitForJobsToComplete= */ true);
  }
}
