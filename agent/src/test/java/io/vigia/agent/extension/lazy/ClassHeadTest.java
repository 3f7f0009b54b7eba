package io.vigia.agent.extension.lazy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.bytebuddy.description.type.TypeDefinition;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;
import net.bytebuddy.utility.AsmClassReader;
import org.junit.jupiter.api.Test;

/** Against Byte Buddy's own reader. */
class ClassHeadTest {
  private static final String JDK = "/modules/java.base";

  /** Names with the class file that each stands for. */
  private final ClassFileLocator files = ClassFileLocator.ForClassLoader.ofSystemLoader();

  private final TypePool whole =
      new TypePool.Default(
          new TypePool.CacheProvider.Simple(), files, TypePool.Default.ReaderMode.FAST);
  private final HeadsFirst heads = new HeadsFirst(files);

  /** As the build makes upstream's pool. */
  private static final class HeadsFirst extends TypePool.Default implements ClassHead.Pool {
    private int readWhole;

    HeadsFirst(ClassFileLocator files) {
      super(new TypePool.CacheProvider.Simple(), files, ReaderMode.FAST);
    }

    @Override
    protected TypeDescription doParse(AsmClassReader classFile) {
      return ClassHead.of(this, classFile);
    }

    @Override
    public TypeDescription whole(AsmClassReader classFile) {
      readWhole++;
      return super.doParse(classFile);
    }
  }

  @Test
  void everyClassOfTheJdkIsDescribedAsByByteBuddy() throws IOException {
    List<String> names = jdk();
    assertThat(names).hasSizeGreaterThan(5_000);
    for (String name : names) {
      TypeDescription head = heads.describe(name).resolve();
      assertThat(head).isInstanceOf(ClassHead.class);
      isAs(whole.describe(name).resolve(), head);
    }
  }

  @Test
  void classIsReadWholeOnlyForWhatIsNotInItsHead() throws IOException {
    List<String> names = jdk();
    for (String name : names) {
      TypeDescription type = heads.describe(name).resolve();
      type.getInterfaces().asErasures().forEach(TypeDefinition::getTypeName);
      assertThat(type.getName()).isEqualTo(name);
      type.getModifiers();
    }
    assertThat(heads.readWhole).isZero();
    TypeDescription string = heads.describe("java.lang.String").resolve();
    assertThat(string.getSuperClass().getTypeName()).isEqualTo("java.lang.Object");
    assertThat(string.getDeclaredMethods()).isNotEmpty();
    assertThat(heads.readWhole).isOne();
  }

  private static void isAs(TypeDescription expected, TypeDescription actual) {
    assertThat(actual).as(expected.getName()).isEqualTo(expected);
    assertThat(facts(actual)).as(expected.getName()).isEqualTo(facts(expected));
  }

  private static List<Object> facts(TypeDescription type) {
    List<Object> facts =
        new ArrayList<>(
            List.of(
                type.getName(),
                type.getModifiers(),
                type.getActualModifiers(true),
                type.isAbstract(),
                type.isAnnotation(),
                type.isEnum(),
                type.isInterface(),
                type.isNestedClass(),
                type.getDeclaredAnnotations(),
                type.getInterfaces().asErasures(),
                type.getDeclaredMethods().size()));
    TypeDescription.Generic superclass = type.getSuperClass();
    facts.add(superclass == null ? "none" : superclass.getTypeName());
    for (TypeDescription.Generic one : type.getInterfaces()) {
      facts.add(one.getSort());
      facts.add(one.getDeclaredMethods().asSignatureTokenList());
    }
    return facts;
  }

  private static List<String> jdk() throws IOException {
    Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath(JDK);
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(file -> root.relativize(file).toString())
          .filter(file -> file.endsWith(".class") && !file.equals("module-info.class"))
          .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }
}
