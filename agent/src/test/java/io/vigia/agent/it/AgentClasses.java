package io.vigia.agent.it;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/** The classes of an agent's jar, those below {@code inst/}, too. */
final class AgentClasses extends ClassLoader {
  private final JarFile jar;

  /**
   * @param jar ours as a PackedJar, or upstream's; not closed
   */
  AgentClasses(JarFile jar) {
    super(ClassLoader.getPlatformClassLoader());
    this.jar = jar;
  }

  /** Of an entry of the jar. */
  static String className(String entry) {
    return entry.replaceAll("^inst/|[.]class(data)?$", "").replace('/', '.');
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    try (InputStream in = find(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  @Override
  public @Nullable InputStream getResourceAsStream(String name) {
    try {
      InputStream own = find(name);
      return own == null ? super.getResourceAsStream(name) : own;
    } catch (IOException e) {
      return null;
    }
  }

  private @Nullable InputStream find(String name) throws IOException {
    String inside = name.endsWith(".class") ? name + "data" : name;
    for (String entry : List.of("inst/" + inside, name)) {
      var found = jar.getEntry(entry);
      if (found != null) {
        return jar.getInputStream(found);
      }
    }
    return null;
  }
}
