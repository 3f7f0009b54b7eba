package io.vigia.tests.bench;

/** The least an application can be: says when it is there, then waits to be killed. */
public final class TrivialMain {
  static final String READY = "ready at ";

  private TrivialMain() {}

  public static void main(String[] args) throws InterruptedException {
    System.out.println(READY + System.currentTimeMillis());
    Thread.sleep(Long.MAX_VALUE);
  }
}
