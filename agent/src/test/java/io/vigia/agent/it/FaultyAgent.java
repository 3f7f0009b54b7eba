package io.vigia.agent.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** A copy of the agent jar in which some classes of ours are broken. */
final class FaultyAgent {

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
   * @param classes without the common package {@code io.vigia.agent}
   */
  static Path make(Path agent, List<String> classes, Fault fault, Path out) throws IOException {
    List<String> paths =
        classes.stream().map(name -> "io/vigia/agent/" + name.replace('.', '/')).toList();
    int found = 0;
    try (ZipFile in = new ZipFile(agent.toFile());
        OutputStream file = Files.newOutputStream(out);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.setLevel(0);
      Enumeration<? extends ZipEntry> entries = in.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        zip.putNextEntry(new ZipEntry(entry.getName()));
        try (InputStream bytes = in.getInputStream(entry)) {
          if (paths.contains(entry.getName().replaceAll("^inst/|[.]class(data)?$", ""))) {
            found++;
            zip.write(broken(bytes.readAllBytes(), fault));
          } else {
            bytes.transferTo(zip);
          }
        }
        zip.closeEntry();
      }
    }
    if (found != paths.size()) {
      throw new AssertionError("not all of " + classes + " are in " + agent);
    }
    return out;
  }

  private static byte[] broken(byte[] original, Fault fault) {
    if (fault == Fault.DAMAGED) {
      return Arrays.copyOf(original, original.length / 2);
    }
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
                    || name.equals("<clinit>")) {
                  return method;
                }
                throwing(method, thrown, descriptor, access);
                return null;
              }
            },
            ClassReader.SKIP_FRAMES | ClassReader.SKIP_DEBUG);
    return writer.toByteArray();
  }

  private static void throwing(MethodVisitor method, String thrown, String descriptor, int access) {
    method.visitCode();
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
