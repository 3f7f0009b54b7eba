package io.vigia.agent.extension.prebuilt;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.TypeResolutionStrategy;
import net.bytebuddy.implementation.LoadedTypeInitializer;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;

/**
 * The two classes that upstream makes for each virtual field (a value that instrumentation hangs
 * onto an object of a library). They differ by names only. Upstream has Byte Buddy put each
 * together, which was a seventh of what the main thread does until an empty application starts; the
 * build has upstream make one of each, and here names are filled in. Thread-safe.
 *
 * <p>A template is a class file in which the characters 1 to 5 stand for the internal name of the
 * implementation, that of the accessor, the names of its getter and its setter, and the first
 * without its package. Source of the format: The Java Virtual Machine Specification, section 4.4.
 */
public final class FieldClasses {
  private static final byte[] ACCESSOR = template("accessor");
  private static final byte[] IMPLEMENTATION = template("implementation");

  private static final int HEADER_BYTES = 8;
  private static final int UTF8 = 1;
  private static final int CLASS = 7;
  private static final int STRING = 8;

  private FieldClasses() {}

  /** The interface that classes with the field implement. Called by upstream's generator. */
  public static DynamicType.Unloaded<?> accessor(String name, String getter, String setter) {
    return unloaded(name, filled(ACCESSOR, "", internal(name), getter, setter));
  }

  /**
   * What reads and writes the field, or a map where a class could not be given it. Called by
   * upstream's generator.
   */
  public static DynamicType.Unloaded<?> implementation(
      String name, String accessor, String getter, String setter) {
    return unloaded(
        name,
        filled(
            IMPLEMENTATION,
            internal(name),
            internal(accessor),
            getter,
            setter,
            name.substring(name.lastIndexOf('.') + 1)));
  }

  private static String internal(String className) {
    return className.replace('.', '/');
  }

  private static DynamicType.Unloaded<?> unloaded(String name, byte[] bytes) {
    return new DynamicType.Default.Unloaded<>(
        new Described(name, bytes),
        bytes,
        LoadedTypeInitializer.NoOp.INSTANCE,
        Collections.emptyList(),
        TypeResolutionStrategy.Passive.INSTANCE);
  }

  private static byte[] template(String name) {
    String path = "/io/vigia/agent/virtual-field-" + name + ".template";
    try (InputStream in = FieldClasses.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IOException(path + " is missing in the agent jar");
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      for (int count; (count = in.read(buffer)) >= 0; ) {
        all.write(buffer, 0, count);
      }
      return all.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param names for the characters from 1
   */
  static byte[] filled(byte[] template, String... names) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2 * template.length);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(template));
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      copy(in, out, HEADER_BYTES);
      int constants = in.readUnsignedShort();
      out.writeShort(constants);
      for (int i = 1; i < constants; i++) {
        int tag = in.readUnsignedByte();
        out.writeByte(tag);
        if (tag == UTF8) {
          out.writeUTF(filled(in.readUTF(), names));
        } else {
          // others than these and members, with their names and types, the build refuses
          copy(in, out, tag == CLASS || tag == STRING ? 2 : 4);
        }
      }
      copy(in, out, in.available());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void copy(DataInputStream in, DataOutputStream out, int bytes) throws IOException {
    byte[] copied = new byte[bytes];
    in.readFully(copied);
    out.write(copied);
  }

  private static String filled(String text, String[] names) {
    StringBuilder filled = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0 && c <= names.length) {
        filled = filled == null ? new StringBuilder().append(text, 0, i) : filled;
        filled.append(names[c - 1]);
      } else if (filled != null) {
        filled.append(c);
      }
    }
    return filled == null ? text : filled.toString();
  }

  /** Read from the class file when more than its name is asked for, which is seldom. */
  private static final class Described
      extends TypeDescription.AbstractBase.OfSimpleType.WithDelegation {
    private final String name;
    private final byte[] bytes;
    private @Nullable TypeDescription read;

    Described(String name, byte[] bytes) {
      this.name = name;
      this.bytes = bytes;
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    protected synchronized TypeDescription delegate() {
      if (read == null) {
        read =
            new TypePool.Default.WithLazyResolution(
                    TypePool.CacheProvider.Simple.withObjectType(),
                    ClassFileLocator.Simple.of(name, bytes),
                    TypePool.Default.ReaderMode.FAST)
                .describe(name)
                .resolve();
      }
      return read;
    }
  }
}
