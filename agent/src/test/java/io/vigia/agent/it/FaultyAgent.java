package io.vigia.agent.it;

import io.vigia.agent.boot.PackedJar;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** A copy of the agent jar in which some classes of ours are broken. */
final class FaultyAgent {

  /** Before the name of a class, on stderr: the application got as far as this fault. */
  static final String REACHED = "[fault] ";

  /** How it is broken. */
  enum Fault {
    /** Every method and constructor throws a RuntimeException. */
    THROWS,
    /** Every method and constructor throws an Error. */
    FAILS,
    /** The first call of every method has no memory. */
    RUNS_OUT_ONCE,
    /** It cannot be loaded. */
    DAMAGED
  }

  /**
   * @param places classes without the common package {@code io.vigia.agent}, with {@code #method}
   *     for one method only
   */
  static Path make(Path agent, List<String> places, Fault fault, Path out) throws IOException {
    Files.copy(agent, out);
    // replaces single entries and copies the rest as they are, compressed
    try (PackedJar original = new PackedJar(agent.toFile(), /* verify= */ false);
        FileSystem jar = FileSystems.newFileSystem(out)) {
      for (String place : places) {
        String path = "io/vigia/agent/" + place.replaceAll("#.*", "").replace('.', '/');
        String name =
            Stream.of("inst/" + path + ".classdata", path + ".class")
                .filter(entry -> original.getEntry(entry) != null)
                .findFirst()
                .orElseThrow(() -> new AssertionError(place + " is not in " + agent));
        Path file = jar.getPath(name);
        byte[] whole =
            Files.exists(file) // broken in another place already
                ? Files.readAllBytes(file)
                : original.getInputStream(original.existing(name)).readAllBytes();
        Files.createDirectories(file.toAbsolutePath().getParent());
        // what the jar itself has comes before what is packed in it
        Files.write(file, broken(whole, fault, place));
      }
    }
    return out;
  }

  private static byte[] broken(byte[] original, Fault fault, String place) {
    if (fault == Fault.DAMAGED) {
      return Arrays.copyOf(original, original.length / 2);
    }
    int hash = place.indexOf('#');
    String only = hash < 0 ? "" : place.substring(hash + 1);
    String thrown =
        fault == Fault.THROWS ? "java/lang/IllegalStateException" : "java/lang/AssertionError";
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    new ClassReader(original)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public @Nullable MethodVisitor visitMethod(
                  int access,
                  String name,
                  String descriptor,
                  @Nullable String signature,
                  String @Nullable [] exceptions) {
                MethodVisitor method =
                    super.visitMethod(access, name, descriptor, signature, exceptions);
                // a class initialiser may set what is needed to get as far as the fault
                if ((access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) != 0
                    || name.equals("<clinit>")
                    || (!only.isEmpty() && !only.equals(name))) {
                  return method;
                }
                if (fault == Fault.RUNS_OUT_ONCE) {
                  return onceWithoutMemory(method, REACHED + place);
                }
                throwing(method, thrown, REACHED + place, descriptor, access);
                return null;
              }
            },
            ClassReader.SKIP_DEBUG);
    return writer.toByteArray();
  }

  private static MethodVisitor onceWithoutMemory(MethodVisitor method, String line) {
    return new MethodVisitor(Opcodes.ASM9, method) {
      @Override
      public void visitCode() {
        super.visitCode();
        Label afterwards = new Label();
        visitLdcInsn(line);
        visitMethodInsn(
            Opcodes.INVOKESTATIC,
            "java/lang/Boolean",
            "getBoolean",
            "(Ljava/lang/String;)Z",
            false);
        visitJumpInsn(Opcodes.IFNE, afterwards);
        visitLdcInsn(line);
        visitLdcInsn("true");
        visitMethodInsn(
            Opcodes.INVOKESTATIC,
            "java/lang/System",
            "setProperty",
            "(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;",
            false);
        visitInsn(Opcodes.POP);
        raise(this, "java/lang/OutOfMemoryError", line);
        visitLabel(afterwards);
        visitFrame(Opcodes.F_SAME, 0, null, 0, null);
      }
    };
  }

  private static void throwing(
      MethodVisitor method, String thrown, String line, String descriptor, int access) {
    method.visitCode();
    raise(method, thrown, line);
    int locals = (Type.getArgumentsAndReturnSizes(descriptor) >> 2) + 1;
    method.visitMaxs(2, locals + (access & Opcodes.ACC_STATIC));
    method.visitEnd();
  }

  private static void raise(MethodVisitor method, String thrown, String line) {
    method.visitFieldInsn(
        Opcodes.GETSTATIC, "java/lang/System", "err", Type.getDescriptor(PrintStream.class));
    method.visitLdcInsn(line);
    method.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        Type.getInternalName(PrintStream.class),
        "println",
        "(Ljava/lang/String;)V",
        false);
    method.visitTypeInsn(Opcodes.NEW, thrown);
    method.visitInsn(Opcodes.DUP);
    method.visitMethodInsn(Opcodes.INVOKESPECIAL, thrown, "<init>", "()V", false);
    method.visitInsn(Opcodes.ATHROW);
  }

  private FaultyAgent() {}
}
