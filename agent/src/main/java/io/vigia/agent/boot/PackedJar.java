package io.vigia.agent.boot;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * The agent's jar as its own class loader opens it (the build makes upstream's do so): with the
 * entries of the archive {@value #PACK} in it, as if they were its own. Most of what an agent has
 * is never asked for, but a JVM keeps the directory of a jar in memory, and reads it several times
 * at start; so 15,000 classes of instrumentation have one entry, and the index of what is in it is
 * a tenth of a directory. An entry of the jar itself comes before one of the archive with its name.
 *
 * <p>The archive is an ordinary one, stored uncompressed. {@value #INDEX} has 32-bit numbers,
 * little-endian: how many names there are that have a version for newer JVMs ({@code
 * inst/META-INF/versions/}), and for each of them {@link String#hashCode} of what comes after the
 * version, sorted; then of all entries {@link String#hashCode} of the name, sorted; where their
 * local headers begin; how long these are together with the data. Source of the headers: PKWARE
 * APPNOTE 6.3.10, section 4.3.7; sizes are in them (no data descriptors), and all entries are
 * deflated.
 *
 * <p>Thread-safe, as a {@link JarFile} is.
 */
public final class PackedJar extends JarFile {

  static final String PACK = "inst.zip";
  static final String INDEX = "inst.index";

  private static final int HEADER_BYTES = 30;
  private static final int HEADER = 0x04034b50;

  private final ZipEntry pack;
  private final int[] versioned;

  /** Of all entries, in one order. */
  private final int[] hashes;

  private final int[] begins;
  private final int[] lengths;

  /** Reused: what it keeps outside of the heap is large. */
  private final Inflater inflater = new Inflater(/* nowrap= */ true);

  /** Called by upstream's class loader of the agent. */
  public PackedJar(File file, boolean verify) throws IOException {
    super(file, verify);
    pack = there(PACK, super.getEntry(PACK));
    if (pack.getMethod() != ZipEntry.STORED) {
      throw new IOException(
          "the jar was packed again, with " + PACK + " compressed: take the original, or store it");
    }
    ZipEntry entry = there(INDEX, super.getEntry(INDEX));
    byte[] bytes = new byte[(int) entry.getSize()];
    try (DataInputStream in = new DataInputStream(super.getInputStream(entry))) {
      in.readFully(bytes);
    }
    IntBuffer index = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    versioned = next(index, index.get());
    int entries = index.remaining() / 3;
    hashes = next(index, entries);
    begins = next(index, entries);
    lengths = next(index, entries);
  }

  private static int[] next(IntBuffer from, int count) {
    int[] numbers = new int[count];
    from.get(numbers);
    return numbers;
  }

  /**
   * Whether there may be versions of this entry for newer JVMs: hardly any has. Called by
   * upstream's class loader, which would look for one of each version from 9 to the JVM's, for each
   * class.
   *
   * @param name without what is before {@code META-INF/versions/}
   */
  public boolean hasVersions(String name) {
    return Arrays.binarySearch(versioned, name.hashCode()) >= 0;
  }

  /** An entry of the archive, with its header and data as they are there. */
  private static final class PackedEntry extends JarEntry {
    private final ByteBuffer raw;

    PackedEntry(String name, ByteBuffer raw) {
      super(name);
      this.raw = raw;
      setMethod(DEFLATED);
      setCompressedSize(raw.getInt(18));
      setSize(raw.getInt(22));
    }
  }

  @Override
  public @Nullable JarEntry getJarEntry(String name) {
    return (JarEntry) getEntry(name);
  }

  @Override
  public @Nullable ZipEntry getEntry(String name) {
    ZipEntry own = super.getEntry(name);
    if (own != null) {
      return own;
    }
    int hash = name.hashCode();
    try {
      for (int row = firstRow(hash); row < hashes.length && hashes[row] == hash; row++) {
        PackedEntry entry = entry(row);
        if (entry.getName().equals(name)) {
          return entry;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(getName() + " cannot be read; was it changed?", e);
    }
    return null;
  }

  /**
   * An entry that is there.
   *
   * @throws FileNotFoundException when it is not
   */
  public ZipEntry existing(String name) throws FileNotFoundException {
    return there(name, getEntry(name));
  }

  private ZipEntry there(String name, @Nullable ZipEntry entry) throws FileNotFoundException {
    if (entry == null) {
      throw new FileNotFoundException(name + " in " + getName());
    }
    return entry;
  }

  @Override
  public InputStream getInputStream(ZipEntry entry) throws IOException {
    if (!(entry instanceof PackedEntry)) {
      return super.getInputStream(entry);
    }
    ByteBuffer raw = ((PackedEntry) entry).raw;
    byte[] bytes = new byte[(int) entry.getSize()];
    int length = (int) entry.getCompressedSize();
    synchronized (inflater) {
      inflater.reset();
      inflater.setInput(raw.array(), raw.limit() - length, length);
      try {
        int done = 0;
        while (done < bytes.length) {
          int count = inflater.inflate(bytes, done, bytes.length - done);
          if (count == 0) {
            throw new DataFormatException("it ends early");
          }
          done += count;
        }
      } catch (DataFormatException e) {
        throw new IOException(entry + " in " + getName() + " is damaged", e);
      }
    }
    return new ByteArrayInputStream(bytes);
  }

  /** Of all entries, also of those in the archive, each of which is read for it. */
  public Set<String> allNames() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Enumeration<JarEntry> own = entries(); own.hasMoreElements(); ) {
      names.add(own.nextElement().getName());
    }
    for (int row = 0; row < hashes.length; row++) {
      names.add(entry(row).getName());
    }
    return names;
  }

  private PackedEntry entry(int row) throws IOException {
    byte[] bytes = new byte[lengths[row]];
    try (DataInputStream in = new DataInputStream(super.getInputStream(pack))) {
      for (long left = begins[row]; left > 0; ) {
        left -= in.skip(left); // at once: the archive is not compressed
      }
      in.readFully(bytes);
    }
    ByteBuffer raw = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (raw.getInt(0) != HEADER) {
      throw new IOException("no entry where the index has one");
    }
    return new PackedEntry(
        new String(bytes, HEADER_BYTES, raw.getShort(26), StandardCharsets.UTF_8), raw);
  }

  /** The first one with this hash, or after all of them. */
  private int firstRow(int hash) {
    int row = Arrays.binarySearch(hashes, hash);
    while (row > 0 && hashes[row - 1] == hash) {
      row--;
    }
    return row < 0 ? hashes.length : row;
  }
}
