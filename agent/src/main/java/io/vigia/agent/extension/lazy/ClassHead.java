package io.vigia.agent.extension.lazy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.bytebuddy.description.annotation.AnnotationList;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.description.type.TypeList;
import net.bytebuddy.pool.TypePool;
import net.bytebuddy.utility.AsmClassReader;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;

/**
 * What most questions about a class are about: its name, modifiers, superclass and interfaces, and
 * that it has no annotations. Everything else (Byte Buddy's own reader reads all of a class file
 * before it answers anything: each method, with its parameters and annotations) is read when it is
 * asked for, which is never for nine classes of ten. The answers are Byte Buddy's. Thread-safe.
 *
 * <p>Source of the format: The Java Virtual Machine Specification, sections 4.1, 4.5 to 4.7.
 */
public final class ClassHead extends TypeDescription.AbstractBase.OfSimpleType.WithDelegation {

  /** Reads all of a class file. Upstream's pool of types is one, by the build. */
  public interface Pool {
    TypeDescription whole(AsmClassReader classFile);
  }

  private static final byte[] INNER_CLASSES = ascii("InnerClasses");
  private static final byte[] SYNTHETIC = ascii("Synthetic");
  private static final byte[] SIGNATURE = ascii("Signature");
  private static final byte[] ANNOTATIONS = ascii("Annotations");
  private static final byte[] TYPE_ANNOTATIONS = ascii("TypeAnnotations");

  private final TypePool pool;
  private final AsmClassReader classFile;
  private final String name;
  private int modifiers;

  /** Of its supertypes more is known than names: type arguments or annotations. */
  private boolean detailed;

  private boolean annotated;
  private volatile @Nullable TypeDescription whole;

  private ClassHead(TypePool pool, AsmClassReader classFile, ClassReader reader) {
    this.pool = pool;
    this.classFile = classFile;
    this.name = classFile.getInternalName().replace('/', '.');
    this.modifiers = reader.readUnsignedShort(reader.header);
    attributes(reader);
    modifiers &= ~Opcodes.ACC_SUPER; // of the JVM, not of the language
  }

  /** Called by upstream's pool instead of reading all. */
  public static TypeDescription of(TypePool pool, AsmClassReader classFile) {
    ClassReader reader = classFile.unwrap(ClassReader.class);
    return reader == null ? ((Pool) pool).whole(classFile) : new ClassHead(pool, classFile, reader);
  }

  private void attributes(ClassReader reader) {
    int at = reader.header + 6;
    at += 2 + 2 * reader.readUnsignedShort(at); // interfaces
    at = afterMembers(reader, afterMembers(reader, at));
    int count = reader.readUnsignedShort(at);
    at += 2;
    for (int i = 0; i < count; i++) {
      int attribute = reader.getItem(reader.readUnsignedShort(at));
      if (is(reader, attribute, INNER_CLASSES)) {
        innerClasses(reader, at + 6);
      } else if (is(reader, attribute, SYNTHETIC)) {
        modifiers |= Opcodes.ACC_SYNTHETIC;
      }
      boolean ofSupertypes = endsWith(reader, attribute, TYPE_ANNOTATIONS);
      detailed |= ofSupertypes || is(reader, attribute, SIGNATURE);
      annotated |= !ofSupertypes && endsWith(reader, attribute, ANNOTATIONS);
      at += 6 + reader.readInt(at + 2);
    }
  }

  /** Fields, or methods. */
  private static int afterMembers(ClassReader reader, int from) {
    int at = from + 2;
    for (int members = reader.readUnsignedShort(from); members > 0; members--) {
      int attributes = reader.readUnsignedShort(at + 6);
      for (at += 8; attributes > 0; attributes--) {
        at += 6 + reader.readInt(at + 2);
      }
    }
    return at;
  }

  /** A nested class is not what its head says, but what is said of it here. */
  private void innerClasses(ClassReader reader, int from) {
    int own = nameOf(reader, reader.header + 2);
    int at = from + 2;
    for (int count = reader.readUnsignedShort(from); count > 0; count--, at += 8) {
      int inner = nameOf(reader, at);
      int length = reader.readUnsignedShort(own);
      if (length == reader.readUnsignedShort(inner)
          && equal(reader.b, own + 2, reader.b, inner + 2, length)) {
        modifiers = reader.readUnsignedShort(at + 6);
      }
    }
  }

  /** Where the name of the class is that is named here. */
  private static int nameOf(ClassReader reader, int at) {
    int constant = reader.getItem(reader.readUnsignedShort(at));
    return reader.getItem(reader.readUnsignedShort(constant));
  }

  private static boolean is(ClassReader reader, int text, byte[] wanted) {
    return reader.readUnsignedShort(text) == wanted.length && endsWith(reader, text, wanted);
  }

  private static boolean endsWith(ClassReader reader, int text, byte[] end) {
    int length = reader.readUnsignedShort(text);
    return length >= end.length
        && equal(reader.b, text + 2 + length - end.length, end, 0, end.length);
  }

  private static boolean equal(byte[] a, int from, byte[] b, int at, int length) {
    for (int i = 0; i < length; i++) {
      if (a[from + i] != b[at + i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public int getModifiers() {
    return modifiers;
  }

  @Override
  public boolean isAbstract() {
    return matchesMask(Opcodes.ACC_ABSTRACT);
  }

  @Override
  public boolean isEnum() {
    return matchesMask(Opcodes.ACC_ENUM);
  }

  @Override
  public boolean isInterface() {
    return matchesMask(Opcodes.ACC_INTERFACE);
  }

  @Override
  public boolean isAnnotation() {
    return matchesMask(Opcodes.ACC_ANNOTATION);
  }

  private boolean matchesMask(int mask) {
    return (modifiers & mask) == mask;
  }

  @Override
  public TypeDescription.@Nullable Generic getSuperClass() {
    if (detailed) {
      return delegate().getSuperClass();
    }
    String superclass = classFile.getSuperClassInternalName();
    return superclass == null || isInterface() ? null : described(superclass);
  }

  @Override
  public TypeList.Generic getInterfaces() {
    return new Interfaces(classFile.getInterfaceInternalNames());
  }

  private TypeDescription.Generic described(String internalName) {
    return pool.describe(internalName.replace('/', '.')).resolve().asGenericType();
  }

  @Override
  public AnnotationList getDeclaredAnnotations() {
    return annotated ? delegate().getDeclaredAnnotations() : new AnnotationList.Empty();
  }

  @Override
  protected TypeDescription delegate() {
    TypeDescription read = whole;
    if (read == null) {
      read = ((Pool) pool).whole(classFile);
      whole = read;
    }
    return read;
  }

  /** Each is looked for when it is asked for. */
  private final class Interfaces extends TypeList.Generic.AbstractBase {
    private final List<String> internalNames;

    Interfaces(List<String> internalNames) {
      this.internalNames = internalNames;
    }

    @Override
    public TypeDescription.Generic get(int index) {
      TypeDescription.Generic raw = described(internalNames.get(index));
      return detailed ? new Detailed(raw.asErasure(), index) : raw;
    }

    @Override
    public int size() {
      return internalNames.size();
    }
  }

  /** An interface of which the type arguments or annotations are seldom asked for. */
  private final class Detailed extends TypeDescription.Generic.LazyProjection.WithLazyNavigation {
    private final TypeDescription erasure;
    private final int index;

    Detailed(TypeDescription erasure, int index) {
      this.erasure = erasure;
      this.index = index;
    }

    @Override
    protected TypeDescription.Generic resolve() {
      return delegate().getInterfaces().get(index);
    }

    @Override
    public AnnotationList getDeclaredAnnotations() {
      return resolve().getDeclaredAnnotations();
    }

    @Override
    public TypeDescription asErasure() {
      return erasure;
    }

    /** Without type arguments: upstream looks whether a class of this name is loaded. */
    @Override
    public String getTypeName() {
      return erasure.getTypeName();
    }
  }
}
