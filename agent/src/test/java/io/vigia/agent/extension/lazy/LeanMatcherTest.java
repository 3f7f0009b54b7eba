package io.vigia.agent.extension.lazy;

import static net.bytebuddy.matcher.ElementMatchers.any;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.none;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.matcher.ElementMatcher;
import org.junit.jupiter.api.Test;

class LeanMatcherTest {

  static final class Enter {
    @Advice.OnMethodEnter
    static void enter() {}

    private Enter() {}
  }

  private static class Service {
    void serve() {}
  }

  private static final class Heir extends Service {
    void rest() {}
  }

  private interface Promise {
    void serve();
  }

  private abstract static class Half {
    abstract void serve();

    void rest() {}
  }

  @Test
  void aClassWithAMethodThatIsMeantIsChanged() throws Exception {
    assertThat(changes(Service.class, advice("serve"))).isTrue();
    assertThat(changes(Heir.class, advice("serve"), advice("rest"))).isTrue();
  }

  @Test
  void aClassThatInheritsAllSuchMethodsIsLeftAlone() throws Exception {
    assertThat(changes(Heir.class, advice("serve"))).isFalse();
  }

  @Test
  void methodsWithoutCodeCountForNothing() throws Exception {
    assertThat(changes(Promise.class, advice("serve"))).isFalse();
    assertThat(changes(Half.class, advice("serve"))).isFalse();
    assertThat(changes(Half.class, advice("rest"))).isTrue();
  }

  @Test
  void whatDoesMoreThanGiveAdviceActsOnEveryClass() throws Exception {
    AgentBuilder.Transformer more = (builder, type, loader, module, domain) -> builder;
    assertThat(changes(Heir.class, advice("serve"), more)).isTrue();
    assertThat(changes(Heir.class, more)).isTrue();
  }

  @Test
  void aClassBesideWhichHelpersAreDefinedByAdviceForNoMethodIsNotLeftAlone() throws Exception {
    assertThat(changes(Heir.class, advice(none()))).isTrue();
    assertThat(changes(Heir.class, advice("serve"), advice(none()))).isTrue();
  }

  private static AgentBuilder.Transformer advice(String method) throws Exception {
    return advice(named(method));
  }

  private static AgentBuilder.Transformer advice(ElementMatcher<? super MethodDescription> methods)
      throws Exception {
    return LeanAdvice.of(
        new AgentBuilder.Transformer.ForAdvice()
            .include(ClassFileLocator.ForClassLoader.of(LeanMatcherTest.class.getClassLoader()))
            .advice(methods, Enter.class.getName()),
        AgentBuilder.PoolStrategy.Default.FAST);
  }

  private static boolean changes(Class<?> type, AgentBuilder.Transformer... transformers)
      throws Exception {
    AgentBuilder.Identified.Extendable builder =
        new AgentBuilder.Default().type(any()).transform(transformers[0]);
    for (int i = 1; i < transformers.length; i++) {
      builder = builder.transform(transformers[i]);
    }
    AgentBuilder complete = builder.with(AgentBuilder.Listener.NoOp.INSTANCE);
    List<?> transformations = (List<?>) ByteBuddyInternals.transformations().get(complete);
    Object transformation = transformations.get(0);
    LeanMatcher.use(transformation);
    AgentBuilder.RawMatcher matcher =
        (AgentBuilder.RawMatcher) ByteBuddyInternals.matcher(transformation).get(transformation);
    return matcher.matches(
        TypeDescription.ForLoadedType.of(type), type.getClassLoader(), null, null, null);
  }
}
