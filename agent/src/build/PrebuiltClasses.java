import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Puts classes into upstream's jar that it would make with Byte Buddy at each start, always the
 * same ones: a sixth of what the main thread does until an empty application starts, with a
 * generator that is cold then.
 *
 * <ul>
 *   <li>The two classes for each virtual field come of templates ({@code IndexModules} has upstream
 *       make those), in which {@code FieldClasses} fills in names.
 *   <li>The class file transformer for JVMs with modules is a class in the jar.
 * </ul>
 *
 * <p>Upstream's pool of types reads the heads of class files first ({@code ClassHead}). And the
 * logger's format of dates, which the JDK needs 300 classes for, is made when the first
 * line is logged ({@code LateDateFormat}).
 */
final class PrebuiltClasses {
  private static final String ENDING = ".classdata";
  private static final String FIELDS = "io/opentelemetry/javaagent/tooling/field/";
  private static final String OURS = "io/vigia/agent/extension/prebuilt/";
  private static final String LOGGER = "io/opentelemetry/javaagent/slf4j/simple/SimpleLoggerConfiguration";

  private static final String STRING = "Ljava/lang/String;";
  private static final String MADE = "Lnet/bytebuddy/dynamic/DynamicType$Unloaded;";
  private static final String FIELD = "(" + STRING.repeat(3);

  private static final String TRANSFORMER =
      "net/bytebuddy/agent/builder/AgentBuilder$Default$ExecutingTransformer";
  private static final String FACTORY = TRANSFORMER + "$Factory";

  /** As Byte Buddy calls it. */
  private static final String WITH_MODULES = TRANSFORMER + "$ByteBuddy$ModuleSupport";

  private static final String ARGUMENTS =
      "Ljava/lang/ClassLoader;Ljava/lang/String;Ljava/lang/Class;Ljava/security/ProtectionDomain;[B)[B";

  private static final String TYPE_POOL =
      "io/opentelemetry/javaagent/tooling/muzzle/AgentCachingPoolStrategy$AgentTypePool";
  private static final String ALL_READER = "net/bytebuddy/pool/TypePool$Default";
  private static final String TYPE_READER =
      "(Lnet/bytebuddy/utility/AsmClassReader;)Lnet/bytebuddy/description/type/TypeDescription;";
  private static final String HEAD = "io/vigia/agent/extension/lazy/ClassHead";

  private final Map<String, byte[]> entries;

  private PrebuiltClasses(Map<String, byte[]> entries) {
    this.entries = entries;
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 4) {
      throw new IllegalArgumentException(
          "usage: upstream.jar out.jar field-accessor field-implementation");
    }
    Map<String, byte[]> entries = read(args[0]);
    PrebuiltClasses classes = new PrebuiltClasses(entries);
    classes.fromTemplate("FieldAccessorInterfacesGenerator", ")", "accessor",
        "getFieldAccessorInterfaceName", "getRealGetterName", "getRealSetterName");
    classes.fromTemplate("VirtualFieldImplementationsGenerator",
        "L" + FIELDS + "FieldAccessorInterfaces;)", "implementation",
        "getVirtualFieldImplementationClassName", "getFieldAccessorInterfaceName",
        "getRealGetterName", "getRealSetterName");
    String templates = "inst/io/vigia/agent/virtual-field-";
    entries.put(templates + "accessor.template", Files.readAllBytes(Path.of(args[2])));
    entries.put(templates + "implementation.template", Files.readAllBytes(Path.of(args[3])));
    classes.withModules();
    classes.lateDateFormat();
    classes.headsFirst();
    write(entries, Path.of(args[1]));
  }

  private static Map<String, byte[]> read(String jar) throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    try (ZipFile zip = new ZipFile(jar)) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(e -> (ZipEntry) e)::iterator) {
        try (InputStream in = zip.getInputStream(entry)) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  private static void write(Map<String, byte[]> entries, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.setLevel(0); // it is read once, and packed then
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setTime(0);
        zip.putNextEntry(header);
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
  }

  private byte[] bytes(String className) {
    return Objects.requireNonNull(entries.get("inst/" + className + ENDING), className);
  }

  /** What is written instead of a method. */
  private interface MethodChange {
    /**
     * @param method takes what is to be written
     * @return is told what there is; null when nobody wants to know
     */
    MethodVisitor of(MethodVisitor method);
  }

  /** Changes the one method of that name (null for any) and descriptor. */
  private void change(String className, String wanted, String type, MethodChange change) {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    int[] changes = new int[1];
    new ClassReader(bytes(className))
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String descriptor, String signature, String[] exceptions) {
                MethodVisitor method =
                    super.visitMethod(access, name, descriptor, signature, exceptions);
                if (!descriptor.equals(type) || (wanted != null && !name.equals(wanted))) {
                  return method;
                }
                changes[0]++;
                return change.of(method);
              }
            },
            0);
    if (changes[0] != 1) {
      throw new IllegalStateException(
          changes[0] + " methods of " + className + " have the descriptor " + type);
    }
    entries.put("inst/" + className + ENDING, writer.toByteArray());
  }

  /**
   * What makes a class for a virtual field has ours made.
   *
   * @param ending of its descriptor's arguments, behind three strings
   * @param ours of FieldClasses
   * @param names methods of upstream's that make the names that ours is given
   */
  private void fromTemplate(String generator, String ending, String ours, String... names) {
    change(
        FIELDS + generator,
        null,
        FIELD + ending + MADE,
        method -> {
          method.visitCode();
          for (String name : names) {
            for (int argument = 1; argument <= 3; argument++) {
              method.visitVarInsn(Opcodes.ALOAD, argument);
            }
            method.visitMethodInsn(
                Opcodes.INVOKESTATIC,
                FIELDS + "GeneratedVirtualFieldNames",
                name,
                FIELD + ")" + STRING,
                false);
          }
          method.visitMethodInsn(
              Opcodes.INVOKESTATIC,
              OURS + "FieldClasses",
              ours,
              "(" + STRING.repeat(names.length) + ")" + MADE,
              false);
          method.visitInsn(Opcodes.ARETURN);
          method.visitMaxs(0, 0); // computed
          method.visitEnd();
          return null; // nothing of upstream's
        });
  }

  /**
   * The transformer for JVMs with modules: it hands the module, which the superclass may not name,
   * over as an object.
   */
  private void withModules() {
    String constructor = constructor(TRANSFORMER);
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    writer.visit(Opcodes.V9, Opcodes.ACC_PUBLIC, WITH_MODULES, null, TRANSFORMER, null);
    forward(writer, "<init>", constructor, constructor);
    forward(
        writer,
        "transform",
        "(Ljava/lang/Module;" + ARGUMENTS,
        "(Ljava/lang/Object;" + ARGUMENTS,
        "java/lang/instrument/IllegalClassFormatException");
    writer.visitEnd();
    if (entries.put("inst/" + WITH_MODULES + ENDING, writer.toByteArray()) != null) {
      throw new IllegalStateException("upstream has " + WITH_MODULES + " itself");
    }
    change(FACTORY + "$CreationAction", "run", "()L" + FACTORY + ";", PrebuiltClasses::choose);
  }

  private String constructor(String className) {
    List<String> found = new ArrayList<>();
    new ClassReader(bytes(className))
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String descriptor, String signature, String[] exceptions) {
                if (name.equals("<init>")) {
                  found.add(descriptor);
                }
                return null;
              }
            },
            ClassReader.SKIP_CODE);
    if (found.size() != 1) {
      throw new IllegalStateException(className + " has the constructors " + found);
    }
    return found.get(0);
  }

  /** A method that calls one of the superclass with the same arguments. */
  private static void forward(
      ClassWriter writer, String name, String descriptor, String ofSuper, String... exceptions) {
    MethodVisitor method =
        writer.visitMethod(Opcodes.ACC_PUBLIC, name, descriptor, null, exceptions);
    method.visitCode();
    method.visitVarInsn(Opcodes.ALOAD, 0);
    int slot = 1;
    for (Type argument : Type.getArgumentTypes(descriptor)) {
      method.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
      slot += argument.getSize();
    }
    method.visitMethodInsn(Opcodes.INVOKESPECIAL, TRANSFORMER, name, ofSuper, false);
    method.visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
    method.visitMaxs(0, 0); // computed
    method.visitEnd();
  }

  /** Ours where there are modules, else Byte Buddy's for a JVM without. */
  private static MethodVisitor choose(MethodVisitor method) {
    Label begin = new Label();
    Label end = new Label();
    Label without = new Label();
    method.visitCode();
    method.visitTryCatchBlock(begin, end, without, "java/lang/Exception");
    method.visitLabel(begin);
    forName(method, "java.lang.Module");
    method.visitInsn(Opcodes.POP);
    method.visitTypeInsn(Opcodes.NEW, FACTORY + "$ForJava9CapableVm");
    method.visitInsn(Opcodes.DUP);
    forName(method, WITH_MODULES.replace('/', '.'));
    method.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        "java/lang/Class",
        "getConstructors",
        "()[Ljava/lang/reflect/Constructor;",
        false);
    method.visitInsn(Opcodes.ICONST_0);
    method.visitInsn(Opcodes.AALOAD);
    method.visitMethodInsn(
        Opcodes.INVOKESPECIAL,
        FACTORY + "$ForJava9CapableVm",
        "<init>",
        "(Ljava/lang/reflect/Constructor;)V",
        false);
    method.visitLabel(end);
    method.visitInsn(Opcodes.ARETURN);
    method.visitLabel(without);
    method.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {"java/lang/Exception"});
    method.visitInsn(Opcodes.POP);
    String legacy = FACTORY + "$ForLegacyVm";
    method.visitFieldInsn(Opcodes.GETSTATIC, legacy, "INSTANCE", "L" + legacy + ";");
    method.visitInsn(Opcodes.ARETURN);
    method.visitMaxs(0, 0); // computed
    method.visitEnd();
    return null; // nothing of Byte Buddy's
  }

  private static void forName(MethodVisitor method, String className) {
    method.visitLdcInsn(className);
    method.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        "java/lang/Class",
        "forName",
        "(Ljava/lang/String;)Ljava/lang/Class;",
        false);
  }

  private void lateDateFormat() {
    String usual = "java/text/SimpleDateFormat";
    String ours = OURS + "LateDateFormat";
    int[] changes = new int[1];
    change(
        LOGGER,
        "init",
        "()V",
        method ->
            new MethodVisitor(Opcodes.ASM9, method) {
              @Override
              public void visitTypeInsn(int opcode, String type) {
                super.visitTypeInsn(opcode, type.equals(usual) ? ours : type);
              }

              @Override
              public void visitMethodInsn(
                  int opcode, String owner, String name, String descriptor, boolean isInterface) {
                boolean made = owner.equals(usual);
                changes[0] += made ? 1 : 0;
                super.visitMethodInsn(opcode, made ? ours : owner, name, descriptor, isInterface);
              }
            });
    if (changes[0] != 1) {
      throw new IllegalStateException("upstream's logger does not make its format as it did");
    }
  }

  /** Upstream's pool of types reads the head of a class file, and all when all is asked for. */
  private void headsFirst() {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    new ClassReader(bytes(TYPE_POOL))
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public void visit(
                  int version, int access, String name, String type, String parent, String[] types) {
                if (!parent.equals(ALL_READER) || types.length > 0) {
                  throw new IllegalStateException("upstream's pool of types is another one");
                }
                super.visit(version, access, name, type, parent, new String[] {HEAD + "$Pool"});
              }

              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String descriptor, String signature, String[] exceptions) {
                if (name.equals("doParse")) {
                  throw new IllegalStateException("upstream's pool reads class files itself");
                }
                return super.visitMethod(access, name, descriptor, signature, exceptions);
              }
            },
            0);
    MethodVisitor head = reader(writer, Opcodes.ACC_PROTECTED, "doParse");
    String withPool = TYPE_READER.replace("(", "(Lnet/bytebuddy/pool/TypePool;");
    head.visitMethodInsn(Opcodes.INVOKESTATIC, HEAD, "of", withPool, false);
    end(head);
    MethodVisitor whole = reader(writer, Opcodes.ACC_PUBLIC, "whole");
    whole.visitMethodInsn(Opcodes.INVOKESPECIAL, ALL_READER, "doParse", TYPE_READER, false);
    end(whole);
    writer.visitEnd();
    entries.put("inst/" + TYPE_POOL + ENDING, writer.toByteArray());
  }

  /** A method that begins with the pool and a class file on the stack. */
  private static MethodVisitor reader(ClassWriter writer, int access, String name) {
    MethodVisitor method = writer.visitMethod(access, name, TYPE_READER, null, null);
    method.visitCode();
    method.visitVarInsn(Opcodes.ALOAD, 0);
    method.visitVarInsn(Opcodes.ALOAD, 1);
    return method;
  }

  private static void end(MethodVisitor method) {
    method.visitInsn(Opcodes.ARETURN);
    method.visitMaxs(0, 0); // computed
    method.visitEnd();
  }
}
