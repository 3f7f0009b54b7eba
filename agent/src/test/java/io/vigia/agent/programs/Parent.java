package io.vigia.agent.programs;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a JVM with its own options and properties, which serves a request, and waits for it. */
public final class Parent {

  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      InRequest.run(() -> {});
      return;
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("vigia."))
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Parent.class.getName()));
    command.add("child");
    System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  private Parent() {}
}
