package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.boot.PackedJar;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The classes that the build writes for lambda expressions, and those which it writes them for. */
class LambdaClassesIT {

  @Test
  void theJvmVerifiesAllOfThem() throws IOException {
    try (PackedJar jar = new PackedJar(Jvm.AGENT.toFile(), /* verify= */ false)) {
      Set<String> names = new TreeSet<>();
      for (String entry : jar.allNames()) {
        int made = entry.indexOf("$$L");
        if (made > 0) {
          String ending = entry.substring(entry.lastIndexOf('.'));
          names.add(entry);
          names.add(entry.substring(0, made) + ending);
        }
      }
      assertThat(names).hasSizeGreaterThan(1_000);
      AgentClasses classes = new AgentClasses(jar);
      List<String> verified = new ArrayList<>();
      List<String> withoutAll = new ArrayList<>();
      for (String name : names) {
        try {
          // this has the JVM link the class, hence verify it
          var linked = classes.loadClass(AgentClasses.className(name)).getDeclaredMethods();
          assertThat(linked).as(name).isNotNull();
          verified.add(name);
        } catch (NoClassDefFoundError | ClassNotFoundException e) {
          withoutAll.add(name); // of a library that the agent does not have
        }
      }
      assertThat(withoutAll).hasSizeLessThan(verified.size() / 20);
    }
  }
}
