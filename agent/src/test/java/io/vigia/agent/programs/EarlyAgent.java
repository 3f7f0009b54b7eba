package io.vigia.agent.programs;

/** Another agent, which uses the application's logging library before ours has begun. */
public final class EarlyAgent {

  public static void premain(String arguments) throws ClassNotFoundException {
    Class.forName(arguments);
  }

  private EarlyAgent() {}
}
