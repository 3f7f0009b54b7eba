package io.vigia.agent.programs;

/** The least an application can be: one line, as many milliseconds as told, one more line. */
public final class Hello {

  public static void main(String[] args) throws Exception {
    System.out.println("hello");
    Stay.asLongAs(args);
    System.out.println("ending at " + System.currentTimeMillis());
  }

  private Hello() {}
}
