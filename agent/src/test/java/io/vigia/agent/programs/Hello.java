package io.vigia.agent.programs;

/** The least an application can be: one line, as many milliseconds as told, one more line. */
public final class Hello {

  public static void main(String[] args) throws InterruptedException {
    System.out.println("hello");
    Thread.sleep(args.length == 0 ? 0 : Long.parseLong(args[0]));
    System.out.println("ending at " + System.currentTimeMillis());
  }

  private Hello() {}
}
