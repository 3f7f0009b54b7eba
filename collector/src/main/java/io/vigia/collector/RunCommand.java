package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code run}: the collector, until SIGTERM or Ctrl-C; SIGHUP or a change of its file reads the
 * configuration again.
 */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Runs the collector until it is told to stop (SIGTERM, Ctrl-C).",
      "SIGHUP or a change of the file reads the configuration again."
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private ConfigOption config = new ConfigOption();

  RunCommand() {}

  RunCommand(Path file) {
    config.file = file;
  }

  @Override
  public Integer call() throws Exception {
    long startNanos = System.nanoTime();
    // else one buffer in 128 carries a stack trace
    System.getProperties().putIfAbsent("io.netty.leakDetection.level", "disabled");
    ConfigWatch watch = new ConfigWatch(config);
    watch.listen();
    CollectorConfig settings = config.load();
    Collector collector = new Collector(settings);
    CountDownLatch started = new CountDownLatch(1);
    // halt(0): a JVM stopped by a signal would otherwise report 143 although nothing was lost
    Thread stop =
        new Thread(
            () -> {
              collector.close();
              Runtime.getRuntime().halt(started.getCount() == 0 ? 0 : 1);
            },
            "vigia-stop");
    collector.start();
    Runtime.getRuntime().addShutdownHook(stop);
    started.countDown();
    System.err.printf(
        "vigia-collector %s is ready after %d ms%n",
        Version.current(), (System.nanoTime() - startNanos) / 1_000_000);
    collector
        .addresses()
        .forEach((protocol, address) -> System.err.printf("  %-10s %s%n", protocol, address));
    watch.run(collector);
    return 0;
  }
}
