import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes a class for each lambda expression and method reference of some classes of a jar. A JVM
 * makes such a class when it comes to the expression, with a code generator and a linker that are
 * cold then: for the four hundred of the agent's set-up that is an eighth of the CPU of its start,
 * most of it for compiling that generator.
 *
 * <p>What the made class calls is a method of the class with the expression: the one that javac made
 * for the body, or another one that calls what is referred to. What needs more than casts of
 * arguments and results (boxing, more interfaces than one) and what is in an interface stays as it
 * is. Source: {@code java.lang.invoke.LambdaMetafactory.metafactory}.
 */
final class LambdaClasses {
  private static final String METAFACTORY = "java/lang/invoke/LambdaMetafactory";
  private static final String BODY = "lambda$";
  private static final String INSTANCE = "INSTANCE";
  private static final String MAKE = "of";
  private static final int PRIVATE_SYNTHETIC = Opcodes.ACC_PRIVATE | Opcodes.ACC_SYNTHETIC;

  private final Map<String, byte[]> made = new TreeMap<>();
  private final String owner;

  private LambdaClasses(String owner) {
    this.owner = owner;
  }

  public static void main(String[] args) throws IOException {
    if (args.length == 0 || args.length % 3 != 0) {
      throw new IllegalArgumentException("usage: (in.jar out.jar pattern-of-entries)...");
    }
    for (int i = 0; i < args.length; i += 3) {
      Map<String, byte[]> entries = read(args[i]);
      int before = entries.size();
      change(entries, Pattern.compile(args[i + 2]));
      if (entries.size() == before) {
        throw new IllegalStateException("nothing in " + args[i] + " matches " + args[i + 2]);
      }
      write(entries, Path.of(args[i + 1]));
    }
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

  private static void change(Map<String, byte[]> entries, Pattern meant) {
    for (String name : List.copyOf(entries.keySet())) {
      if (!meant.matcher(name).matches()) {
        continue;
      }
      ClassReader reader = new ClassReader(entries.get(name));
      if ((reader.getAccess() & Opcodes.ACC_INTERFACE) == 0) {
        LambdaClasses classes = new LambdaClasses(reader.getClassName());
        entries.put(name, classes.written(reader));
        int dot = name.lastIndexOf('.');
        classes.made.forEach(
            (suffix, bytes) ->
                entries.put(name.substring(0, dot) + suffix + name.substring(dot), bytes));
      }
    }
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

  /** The class with its expressions as calls of what is {@link #made}. */
  private byte[] written(ClassReader reader) {
    Set<String> bodies = bodies(reader);
    ClassWriter writer = new ClassWriter(0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            boolean isBody = bodies.contains(name + descriptor);
            MethodVisitor method =
                super.visitMethod(
                    isBody ? access & ~Opcodes.ACC_PRIVATE : access,
                    isBody ? own(name) : name,
                    descriptor,
                    signature,
                    exceptions);
            return new MethodVisitor(Opcodes.ASM9, method) {
              @Override
              public void visitInvokeDynamicInsn(
                  String called, String type, Handle bootstrap, Object... arguments) {
                if (isPlain(type, bootstrap, arguments)) {
                  Handle target = (Handle) arguments[1];
                  boolean hasBody =
                      target.getOwner().equals(owner)
                          && bodies.contains(target.getName() + target.getDesc());
                  String made =
                      expression(
                          called, type, (Type) arguments[0], target, hasBody ? null : writer);
                  if (type.startsWith("()")) {
                    super.visitFieldInsn(Opcodes.GETSTATIC, made, INSTANCE, type.substring(2));
                  } else {
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, made, MAKE, type, false);
                  }
                } else {
                  super.visitInvokeDynamicInsn(called, type, bootstrap, arguments);
                }
              }
            };
          }
        },
        0);
    return writer.toByteArray();
  }

  /** So that it overrides nothing and is overridden by nothing, although it is not private. */
  private String own(String method) {
    return method + "$" + owner.substring(owner.lastIndexOf('/') + 1);
  }

  /** Methods that are the body of an expression, with which nothing else is done. */
  private Set<String> bodies(ClassReader reader) {
    Set<String> bodies = new HashSet<>();
    Set<String> others = new HashSet<>();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            if ((access & PRIVATE_SYNTHETIC) == PRIVATE_SYNTHETIC && name.startsWith(BODY)) {
              bodies.add(name + descriptor);
            }
            return new MethodVisitor(Opcodes.ASM9) {
              @Override
              public void visitInvokeDynamicInsn(
                  String called, String type, Handle bootstrap, Object... arguments) {
                for (Object argument : arguments) {
                  if (argument instanceof Handle && !isPlain(type, bootstrap, arguments)) {
                    others.add(((Handle) argument).getName() + ((Handle) argument).getDesc());
                  }
                }
              }

              @Override
              public void visitMethodInsn(
                  int opcode, String of, String called, String type, boolean isInterface) {
                others.add(called + type);
              }
            };
          }
        },
        ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    bodies.removeAll(others);
    return bodies;
  }

  /** Whether nothing has to be done with arguments and result but casts. */
  private boolean isPlain(String factory, Handle bootstrap, Object[] arguments) {
    if (!bootstrap.getOwner().equals(METAFACTORY) || !bootstrap.getName().equals("metafactory")) {
      return false;
    }
    Type type = (Type) arguments[0];
    Type target = Type.getMethodType(descriptor((Handle) arguments[1]));
    Type[] given = type.getArgumentTypes();
    Type[] taken = target.getArgumentTypes();
    int captured = Type.getArgumentTypes(factory).length;
    boolean isPlain =
        type.getReturnType() == Type.VOID_TYPE
            || fits(target.getReturnType(), type.getReturnType());
    for (int i = 0; i < given.length; i++) {
      isPlain &= fits(given[i], taken[captured + i]);
    }
    return isPlain;
  }

  private static boolean fits(Type from, Type to) {
    return from.equals(to) || from.getSort() >= Type.ARRAY && to.getSort() >= Type.ARRAY;
  }

  /** Of a static method that does what the handle does. */
  private static String descriptor(Handle handle) {
    String described = handle.getDesc();
    Type object = Type.getObjectType(handle.getOwner());
    return switch (handle.getTag()) {
      case Opcodes.H_INVOKESTATIC -> described;
      case Opcodes.H_NEWINVOKESPECIAL ->
          Type.getMethodDescriptor(object, Type.getArgumentTypes(described));
      default -> "(" + object.getDescriptor() + described.substring(1);
    };
  }

  /**
   * Makes a class.
   *
   * @param here gets a method that the class can call; null when the target is one
   * @return its name
   */
  private String expression(
      String called, String factory, Type type, Handle target, ClassWriter here) {
    String suffix = "$$L" + made.size();
    Handle body;
    if (here == null) {
      body = new Handle(target.getTag(), owner, own(target.getName()), target.getDesc(), false);
    } else {
      String name = own(BODY + suffix);
      body = new Handle(Opcodes.H_INVOKESTATIC, owner, name, descriptor(target), false);
      bridge(here, body, target);
    }
    made.put(suffix, made(owner + suffix, called, factory, type, body));
    return owner + suffix;
  }

  /** A method that calls what is referred to, which may be open to this class only. */
  private static void bridge(ClassWriter here, Handle bridge, Handle target) {
    MethodVisitor method =
        here.visitMethod(
            Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC, bridge.getName(), bridge.getDesc(), null, null);
    boolean isConstructor = target.getTag() == Opcodes.H_NEWINVOKESPECIAL;
    if (isConstructor) {
      method.visitTypeInsn(Opcodes.NEW, target.getOwner());
      method.visitInsn(Opcodes.DUP);
    }
    int locals = load(method, Type.getArgumentTypes(bridge.getDesc()));
    int opcode =
        switch (target.getTag()) {
          case Opcodes.H_INVOKESTATIC -> Opcodes.INVOKESTATIC;
          case Opcodes.H_INVOKEVIRTUAL -> Opcodes.INVOKEVIRTUAL;
          case Opcodes.H_INVOKEINTERFACE -> Opcodes.INVOKEINTERFACE;
          default -> Opcodes.INVOKESPECIAL;
        };
    method.visitMethodInsn(
        opcode, target.getOwner(), target.getName(), target.getDesc(), target.isInterface());
    method.visitInsn(Type.getReturnType(bridge.getDesc()).getOpcode(Opcodes.IRETURN));
    method.visitMaxs(Math.max(2, locals + (isConstructor ? 2 : 0)), locals);
    method.visitEnd();
  }

  /**
   * @param factory takes what is captured, returns the interface
   * @param type of the method {@code called} of the interface
   */
  private byte[] made(String name, String called, String factory, Type type, Handle body) {
    Type[] captured = Type.getArgumentTypes(factory);
    Type face = Type.getReturnType(factory);
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    writer.visit(
        Opcodes.V1_8,
        Opcodes.ACC_FINAL | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC,
        name,
        null,
        "java/lang/Object",
        new String[] {face.getInternalName()});
    construction(writer, name, captured, face);

    MethodVisitor call =
        writer.visitMethod(Opcodes.ACC_PUBLIC, called, type.getDescriptor(), null, null);
    for (int i = 0; i < captured.length; i++) {
      call.visitVarInsn(Opcodes.ALOAD, 0);
      call.visitFieldInsn(Opcodes.GETFIELD, name, "c" + i, captured[i].getDescriptor());
    }
    Type[] given = type.getArgumentTypes();
    Type[] taken = Type.getArgumentTypes(descriptor(body));
    for (int i = 0, at = 1; i < given.length; at += given[i++].getSize()) {
      call.visitVarInsn(given[i].getOpcode(Opcodes.ILOAD), at);
      cast(call, given[i], taken[captured.length + i]);
    }
    call.visitMethodInsn(
        body.getTag() == Opcodes.H_INVOKESTATIC ? Opcodes.INVOKESTATIC : Opcodes.INVOKEVIRTUAL,
        owner,
        body.getName(),
        body.getDesc(),
        false);
    Type result = Type.getReturnType(body.getDesc());
    if (type.getReturnType() != Type.VOID_TYPE) {
      cast(call, result, type.getReturnType());
    } else if (result.getSize() > 0) {
      call.visitInsn(result.getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
    }
    end(call, type.getReturnType().getOpcode(Opcodes.IRETURN));
    return writer.toByteArray();
  }

  /** As the JVM's own: one object where nothing is captured, else a new one each time. */
  private static void construction(ClassWriter writer, String name, Type[] captured, Type face) {
    String descriptor = Type.getMethodDescriptor(Type.VOID_TYPE, captured);
    MethodVisitor constructor =
        writer.visitMethod(Opcodes.ACC_PRIVATE, "<init>", descriptor, null, null);
    constructor.visitVarInsn(Opcodes.ALOAD, 0);
    constructor.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
    for (int i = 0, at = 1; i < captured.length; at += captured[i++].getSize()) {
      String field = captured[i].getDescriptor();
      writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL, "c" + i, field, null, null);
      constructor.visitVarInsn(Opcodes.ALOAD, 0);
      constructor.visitVarInsn(captured[i].getOpcode(Opcodes.ILOAD), at);
      constructor.visitFieldInsn(Opcodes.PUTFIELD, name, "c" + i, field);
    }
    end(constructor, Opcodes.RETURN);
    boolean isOne = captured.length == 0;
    String factory = Type.getMethodDescriptor(face, captured);
    MethodVisitor make =
        writer.visitMethod(
            Opcodes.ACC_STATIC, isOne ? "<clinit>" : MAKE, isOne ? "()V" : factory, null, null);
    make.visitTypeInsn(Opcodes.NEW, name);
    make.visitInsn(Opcodes.DUP);
    load(make, captured);
    make.visitMethodInsn(Opcodes.INVOKESPECIAL, name, "<init>", descriptor, false);
    if (isOne) {
      int access = Opcodes.ACC_STATIC | Opcodes.ACC_FINAL;
      writer.visitField(access, INSTANCE, face.getDescriptor(), null, null);
      make.visitFieldInsn(Opcodes.PUTSTATIC, name, INSTANCE, face.getDescriptor());
    }
    end(make, isOne ? Opcodes.RETURN : Opcodes.ARETURN);
  }

  /** Loads local variables; returns where the next one would be. */
  private static int load(MethodVisitor method, Type[] types) {
    int at = 0;
    for (Type type : types) {
      method.visitVarInsn(type.getOpcode(Opcodes.ILOAD), at);
      at += type.getSize();
    }
    return at;
  }

  private static void cast(MethodVisitor method, Type from, Type to) {
    if (!from.equals(to) && !to.getInternalName().equals("java/lang/Object")) {
      method.visitTypeInsn(Opcodes.CHECKCAST, to.getInternalName());
    }
  }

  private static void end(MethodVisitor method, int opcode) {
    method.visitInsn(opcode);
    method.visitMaxs(0, 0);
    method.visitEnd();
  }
}
