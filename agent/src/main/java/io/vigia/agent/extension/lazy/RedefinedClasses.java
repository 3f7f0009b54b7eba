package io.vigia.agent.extension.lazy;

import io.opentelemetry.javaagent.extension.matcher.internal.DelegatingMatcher;
import io.vigia.agent.boot.Console;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.AgentBuilderUtil;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import org.jspecify.annotations.Nullable;

/**
 * Which of the classes that are loaded before the agent are looked at. Upstream shows every one of
 * the JDK's 2,000 to every matcher, which reads their class files and those of their super types to
 * find a dozen. Here the JVM is asked which of them have a name or a super type that a matcher
 * names. Classes that are not the JDK's are looked at as ever.
 */
final class RedefinedClasses implements AgentBuilder.RedefinitionStrategy.DiscoveryStrategy {

  private final AgentBuilder.RedefinitionStrategy.DiscoveryStrategy upstream;
  private final Set<String> names;
  private final Set<String> superTypes;

  private RedefinedClasses(
      AgentBuilder.RedefinitionStrategy.DiscoveryStrategy upstream,
      Set<String> names,
      Set<String> superTypes) {
    this.upstream = upstream;
    this.names = names;
    this.superTypes = superTypes;
  }

  /**
   * @return the builder unchanged when one of its matchers could match any class of the JDK
   */
  static AgentBuilder limit(AgentBuilder builder, List<?> transformations)
      throws ReflectiveOperationException {
    Set<String> names = new HashSet<>();
    Set<String> superTypes = new HashSet<>();
    Method inspect =
        ByteBuddyInternals.method(AgentBuilderUtil.class, "inspect", AgentBuilder.RawMatcher.class);
    for (Object transformation : transformations) {
      Object matcher =
          ByteBuddyInternals.read(transformation.getClass(), "matcher", transformation);
      Object result = inspect.invoke(null, matcher);
      if (result != null) {
        boolean subtype = (boolean) ByteBuddyInternals.read(result.getClass(), "subtype", result);
        (subtype ? superTypes : names).addAll(names(result));
      } else if (mayMatchBootClass(matcher)) {
        return builder;
      }
    }
    Class<?> type = AgentBuilder.Default.class;
    return builder
        .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
        .with(
            new RedefinedClasses(
                (AgentBuilder.RedefinitionStrategy.DiscoveryStrategy)
                    ByteBuddyInternals.read(type, "redefinitionDiscoveryStrategy", builder),
                names,
                superTypes))
        .with(
            (AgentBuilder.RedefinitionStrategy.Listener)
                ByteBuddyInternals.read(type, "redefinitionListener", builder));
  }

  @SuppressWarnings("unchecked")
  private static Collection<String> names(Object result) throws ReflectiveOperationException {
    return (Collection<String>) ByteBuddyInternals.read(result.getClass(), "names", result);
  }

  /** Matchers of annotations demand that the annotation's class is seen by the class loader. */
  @SuppressWarnings("unchecked")
  private static boolean mayMatchBootClass(Object matcher) throws ReflectiveOperationException {
    Object first = matcher;
    while (first instanceof AgentBuilder.RawMatcher.Conjunction) {
      List<?> all =
          (List<?>)
              ByteBuddyInternals.read(AgentBuilder.RawMatcher.Conjunction.class, "matchers", first);
      first = all.get(0);
    }
    Class<?> type = AgentBuilder.RawMatcher.ForElementMatchers.class;
    if (first.getClass() != type) {
      return true;
    }
    if (isNone(ByteBuddyInternals.read(type, "typeMatcher", first))) {
      return false;
    }
    ElementMatcher<@Nullable ClassLoader> loader =
        (ElementMatcher<@Nullable ClassLoader>)
            ByteBuddyInternals.read(type, "classLoaderMatcher", first);
    return loader.matches(null);
  }

  /** Upstream's matchers wrap others, and end in {@code none()} when nothing is configured. */
  private static boolean isNone(Object matcher) {
    Object found = matcher;
    while (found instanceof DelegatingMatcher) {
      found = ((DelegatingMatcher) found).getDelegate();
    }
    return found.equals(ElementMatchers.none());
  }

  @Override
  public Iterable<Iterable<Class<?>>> resolve(Instrumentation instrumentation) {
    Iterable<Iterable<Class<?>>> all = upstream.resolve(instrumentation);
    return () -> {
      Iterator<Iterable<Class<?>>> rounds = all.iterator();
      return new Iterator<Iterable<Class<?>>>() {
        @Override
        public boolean hasNext() {
          return rounds.hasNext();
        }

        @Override
        public Iterable<Class<?>> next() {
          return filter(rounds.next());
        }
      };
    };
  }

  private List<Class<?>> filter(Iterable<Class<?>> loaded) {
    List<Class<?>> boot = new ArrayList<>();
    List<Class<?>> result = new ArrayList<>();
    List<Class<?>> wanted = new ArrayList<>();
    for (Class<?> type : loaded) {
      if (type.getClassLoader() != null) {
        result.add(type);
      } else if (names.contains(type.getName())) {
        result.add(type);
      } else {
        boot.add(type);
      }
      if (superTypes.contains(type.getName())) {
        wanted.add(type);
      }
    }
    int all = boot.size() + result.size();
    for (Class<?> type : boot) {
      for (Class<?> superType : wanted) {
        if (superType.isAssignableFrom(type)) {
          result.add(type);
          break;
        }
      }
    }
    Console.debug(() -> result.size() + " of " + all + " loaded classes are looked at");
    return result;
  }
}
