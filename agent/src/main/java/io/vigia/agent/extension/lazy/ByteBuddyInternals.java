package io.vigia.agent.extension.lazy;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import net.bytebuddy.agent.builder.AgentBuilder;

/**
 * What Byte Buddy and upstream's installer keep to themselves, read by reflection. Upstream does
 * the same ({@code AgentBuilderUtil}); a test with the real jar would notice a change.
 */
final class ByteBuddyInternals {

  /** Transformations of a builder, which may be changed; upstream removes the final from it. */
  static Field transformations() throws ReflectiveOperationException {
    return field(AgentBuilder.Default.class, "transformations");
  }

  /** The transformers of one transformation; may be changed. */
  @SuppressWarnings("unchecked")
  static List<AgentBuilder.Transformer> transformers(Object transformation)
      throws ReflectiveOperationException {
    return (List<AgentBuilder.Transformer>)
        field(transformation.getClass(), "transformers").get(transformation);
  }

  /** What decides whether a transformation acts on a class; may be set. */
  static Field matcher(Object transformation) throws ReflectiveOperationException {
    return field(transformation.getClass(), "matcher");
  }

  static Object read(Class<?> declaring, String name, Object owner)
      throws ReflectiveOperationException {
    return field(declaring, name).get(owner);
  }

  static Method method(Class<?> declaring, String name, Class<?>... parameters)
      throws ReflectiveOperationException {
    Method method = declaring.getDeclaredMethod(name, parameters);
    method.setAccessible(true);
    return method;
  }

  private static Field field(Class<?> declaring, String name) throws ReflectiveOperationException {
    Field field = declaring.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private ByteBuddyInternals() {}
}
