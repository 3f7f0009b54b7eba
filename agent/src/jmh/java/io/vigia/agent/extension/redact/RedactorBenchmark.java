package io.vigia.agent.extension.redact;

import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the thread that logs pays for each text that leaves. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RedactorBenchmark {

  /** {@code session}: a word as names of secrets have it, {@code trace}: 5 kB with that word. */
  @Param({"plain", "session", "url", "password", "trace", "security"})
  public String kind = "plain";

  private final Redactor redactor = new Redactor(false);
  private String text = "";

  @Setup
  public void setUp() {
    switch (kind) {
      case "plain":
        text = "order 4711 of customer bob placed in 12 ms, total=12.30";
        break;
      case "session":
        text = "session 4711 of customer bob closed after 12 ms, total=12.30";
        break;
      case "url":
        text = "GET http://shop.example.com:8080/orders/12?page=3 -> 200 in 5 ms";
        break;
      case "password":
        text = "login of bob with password=hunter2 failed";
        break;
      case "trace":
        text = trace("org.example.shop.orders.OrderService");
        break;
      default:
        text = trace("org.example.security.SecretKeyFilter");
    }
  }

  private static String trace(String type) {
    return IntStream.range(0, 60)
        .mapToObj(i -> "\tat " + type + ".placeOrder" + i + "(OrderService.java:" + i + ")\n")
        .collect(Collectors.joining("", "IllegalStateException: session is closed: x=1\n", ""));
  }

  @Benchmark
  public String text() {
    return redactor.text(text);
  }
}
