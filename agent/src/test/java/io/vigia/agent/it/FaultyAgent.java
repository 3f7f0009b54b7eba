package io.vigia.agent.it;

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
    try (FileSystem jar = FileSystems.newFileSystem(out)) {
      for (String place : places) {
        String path = "io/vigia/agent/" + place.replaceAll("#.*", "").replace('.', '/');
        Path file =
            Stream.of("inst/" + path + ".classdata", path + ".class")
                .map(jar::getPath)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError(place + " is not in " + agent));
        Files.write(file, broken(Files.readAllBytes(file), fault, place));
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
    ClassWriter writer = new ClassWriter(0);
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
                throwing(method, thrown, REACHED + place, descriptor, access);
                return null;
              }
            },
            ClassReader.SKIP_DEBUG);
    return writer.toByteArray();
  }

  private static void throwing(
      MethodVisitor method, String thrown, String line, String descriptor, int access) {
    method.visitCode();
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
    int locals = (Type.getArgumentsAndReturnSizes(descriptor) >> 2) + 1;
    method.visitMaxs(2, locals + (access & Opcodes.ACC_STATIC));
    method.visitEnd();
  }

  private FaultyAgent() {}
}
