package io.vigia.collector.core;

/**
 * The answer of a destination to {@code vigia check}.
 *
 * @param ok whether data could be delivered now
 * @param summary one line: what was contacted and what it said
 * @param remedy one line: what to do about it; empty when {@code ok}
 */
public record CheckResult(boolean ok, String summary, String remedy) {
  public static CheckResult ok(String summary) {
    return new CheckResult(true, summary, "");
  }

  public static CheckResult failed(String summary, String remedy) {
    return new CheckResult(false, summary, remedy);
  }
}
