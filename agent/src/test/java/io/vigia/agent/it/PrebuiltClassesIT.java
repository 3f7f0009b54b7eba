package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.boot.PackedJar;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the build makes and upstream makes at each start. */
class PrebuiltClassesIT {
  private static final String FIELDS = "io.opentelemetry.javaagent.tooling.field.";
  private static final String TRANSFORMER =
      "net.bytebuddy.agent.builder.AgentBuilder$Default$ExecutingTransformer";

  /** Type, type of the value, name. */
  private static final List<List<String>> SOME_FIELDS =
      List.of(
          List.of("java.lang.Runnable", "io.opentelemetry.context.PropagatedContext", ""),
          List.of("com.shop.Cart$Item", "java.lang.String", ""),
          List.of("com.shop.Cart", "java.util.List", "last"));

  @Test
  void theClassesOfVirtualFieldsAreThoseThatUpstreamMakes() throws Exception {
    try (PackedJar ours = new PackedJar(Jvm.AGENT.toFile(), /* verify= */ false);
        JarFile upstreams = new JarFile(Jvm.upstreamAgent().toFile())) {
      Generators filled = new Generators(new AgentClasses(ours));
      Generators made = new Generators(new AgentClasses(upstreams));
      for (List<String> field : SOME_FIELDS) {
        Made accessor = filled.accessor(field);
        assertThat(accessor).isEqualTo(made.accessor(field));
        assertThat(accessor.toString()).contains("VirtualFieldAccessor$", "__get__", "__set__");
        Made implementation = filled.implementation(field);
        assertThat(implementation).isEqualTo(made.implementation(field));
        assertThat(implementation.toString()).contains("VirtualFieldImpl$", "getVirtualField(");
      }
    }
  }

  @Test
  void theTransformerForModulesIsAClassOfTheJar() throws Exception {
    try (PackedJar ours = new PackedJar(Jvm.AGENT.toFile(), /* verify= */ false);
        JarFile upstreams = new JarFile(Jvm.upstreamAgent().toFile())) {
      Class<?> prebuilt = transformer(new AgentClasses(ours));
      assertThat(prebuilt.getClassLoader()).isInstanceOf(AgentClasses.class);
      Class<?> made = transformer(new AgentClasses(upstreams));
      assertThat(made.getClassLoader()).isNotInstanceOf(AgentClasses.class);
      assertThat(prebuilt.getName()).isEqualTo(made.getName());
      assertThat(signatures(prebuilt)).isEqualTo(signatures(made));
    }
  }

  @Test
  void upstreamsPoolReadsTheHeadsOfClassFilesFirst() throws Exception {
    try (PackedJar ours = new PackedJar(Jvm.AGENT.toFile(), /* verify= */ false);
        JarFile upstreams = new JarFile(Jvm.upstreamAgent().toFile())) {
      assertThat(described(new AgentClasses(ours)))
          .isEqualTo("io.vigia.agent.extension.lazy.ClassHead");
      assertThat(described(new AgentClasses(upstreams)))
          .isEqualTo("net.bytebuddy.pool.TypePool$Default$LazyTypeDescription");
    }
  }

  /** What answers for a class of the application. */
  private static String described(AgentClasses classes) throws ReflectiveOperationException {
    Class<?> tooling = classes.loadClass("io.opentelemetry.javaagent.tooling.muzzle.AgentTooling");
    Class<?> locator = classes.loadClass("net.bytebuddy.dynamic.ClassFileLocator");
    ClassLoader loader = PrebuiltClassesIT.class.getClassLoader();
    Object files =
        classes
            .loadClass(locator.getName() + "$ForClassLoader")
            .getMethod("of", ClassLoader.class)
            .invoke(null, loader);
    Object strategy = tooling.getMethod("poolStrategy").invoke(null);
    Object pool =
        strategy
            .getClass()
            .getMethod("typePool", locator, ClassLoader.class)
            .invoke(strategy, files, loader);
    Object type = ask(ask(pool, "describe", PrebuiltClassesIT.class.getName()), "resolve");
    return ask(type, "delegate").getClass().getName();
  }

  /** A method that may be private, of a class that may be. */
  private static Object ask(Object owner, String name, Object... arguments)
      throws ReflectiveOperationException {
    for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
          method.setAccessible(true);
          return method.invoke(owner, arguments);
        }
      }
    }
    throw new NoSuchMethodException(owner.getClass() + "." + name);
  }

  private static Class<?> transformer(AgentClasses classes) throws ReflectiveOperationException {
    Object factory = read(classes.loadClass(TRANSFORMER), "FACTORY", null);
    return ((Constructor<?>) read(factory.getClass(), "executingTransformer", factory))
        .getDeclaringClass();
  }

  private static List<String> signatures(Class<?> type) {
    return Stream.concat(
            Arrays.stream(type.getDeclaredMethods()).map(Method::toString),
            Arrays.stream(type.getConstructors()).map(Constructor::toString))
        .sorted()
        .toList();
  }

  private static Object read(Class<?> type, String name, @Nullable Object owner)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  /**
   * @param bytes without the version of the class file
   */
  private record Made(String name, List<String> methods, ByteBuffer bytes) {

    static Made of(AgentClasses classes, Object unloaded) throws ReflectiveOperationException {
      Class<?> type = classes.loadClass("net.bytebuddy.dynamic.DynamicType");
      byte[] bytes = (byte[]) type.getMethod("getBytes").invoke(unloaded);
      Object described = type.getMethod("getTypeDescription").invoke(unloaded);
      Class<?> description = classes.loadClass("net.bytebuddy.description.type.TypeDescription");
      Iterable<?> methods =
          (Iterable<?>) description.getMethod("getDeclaredMethods").invoke(described);
      List<String> names = new ArrayList<>();
      Class<?> method = classes.loadClass("net.bytebuddy.description.method.MethodDescription");
      for (Object each : methods) {
        names.add(
            each.toString()
                + method.getMethod("getDescriptor").invoke(each)
                + method.getMethod("getModifiers").invoke(each));
      }
      Collections.sort(names);
      return new Made(
          described.toString(), names, ByteBuffer.wrap(bytes, 8, bytes.length - 8).slice());
    }
  }

  /** Upstream's. */
  private record Generators(AgentClasses classes) {

    Made accessor(List<String> field) throws ReflectiveOperationException {
      return Made.of(classes, accessorType(field));
    }

    Made implementation(List<String> field) throws ReflectiveOperationException {
      Object accessor = accessorType(field);
      Object name =
          call(
              "GeneratedVirtualFieldNames", "getFieldAccessorInterfaceName", null, field.toArray());
      Constructor<?> interfaces =
          classes.loadClass(FIELDS + "FieldAccessorInterfaces").getDeclaredConstructor(Map.class);
      interfaces.setAccessible(true);
      return Made.of(
          classes,
          call(
              "VirtualFieldImplementationsGenerator",
              "makeVirtualFieldImplementationClass",
              generator("VirtualFieldImplementationsGenerator"),
              field.get(0),
              field.get(1),
              field.get(2),
              interfaces.newInstance(Map.of(name, accessor))));
    }

    private Object accessorType(List<String> field) throws ReflectiveOperationException {
      String generator = "FieldAccessorInterfacesGenerator";
      return call(generator, "makeFieldAccessorInterface", generator(generator), field.toArray());
    }

    private Object generator(String name) throws ReflectiveOperationException {
      Class<?> byteBuddy = classes.loadClass("net.bytebuddy.ByteBuddy");
      Constructor<?> constructor =
          classes.loadClass(FIELDS + name).getDeclaredConstructor(byteBuddy);
      constructor.setAccessible(true);
      return constructor.newInstance(byteBuddy.getConstructor().newInstance());
    }

    private Object call(String type, String name, @Nullable Object owner, Object... arguments)
        throws ReflectiveOperationException {
      for (Method method : classes.loadClass(FIELDS + type).getDeclaredMethods()) {
        if (method.getName().equals(name)) {
          method.setAccessible(true);
          return method.invoke(owner, arguments);
        }
      }
      throw new NoSuchMethodException(type + "." + name);
    }
  }
}
