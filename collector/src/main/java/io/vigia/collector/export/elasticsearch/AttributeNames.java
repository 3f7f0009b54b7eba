package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.otlp.Slice;
import io.vigia.collector.otlp.Words;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The names of attributes met so far and what becomes of each in a document: services send the same
 * few over and over. Bounded; not thread-safe.
 *
 * <p>Two attributes may become one label (Elasticsearch takes no empty or blank name, and none with
 * a dot at an end or two in a row), so a name leads to its {@link Label}, and two equal labels are
 * one object: a label that remembers which document had it last tells whether it is there twice.
 */
final class AttributeNames {
  static final int MAX_NAME_BYTES = 256;

  /** From so many labels on, all are forgotten between two documents. */
  private static final int MANY_LABELS = 1024;

  /** More are not known in one document: it has far more than it may have. */
  private static final int MAX_LABELS = 3 * MANY_LABELS;

  private static final byte[] UNNAMED = JsonBuffer.ascii("_");

  /** Of the hash, so that nobody outside can choose names that collide. */
  private final long seed = ThreadLocalRandom.current().nextLong();

  private final JsonBuffer text = new JsonBuffer();
  private final Name[] names = new Name[4 * MANY_LABELS];
  private final Label[] labels = new Label[2 * MAX_LABELS];
  private int nameCount;
  private int labelCount;
  private long documents;
  private int generation;

  /** A name as it is sent. */
  static final class Name {
    private final byte[] bytes;
    private final EcsFields.@Nullable Entry field;
    private final @Nullable Label label;

    private Name(byte[] bytes, EcsFields.@Nullable Entry field, @Nullable Label label) {
      this.bytes = bytes;
      this.field = field;
      this.label = label;
    }

    /** The field of its own that it has, or null. */
    EcsFields.@Nullable Entry field() {
      return field;
    }

    /** What it is among the labels; null when there are too many names in this document. */
    @Nullable Label label() {
      return label;
    }
  }

  /** A name among the labels. */
  static final class Label {
    private final byte[] json;
    private long document;

    private Label(byte[] json) {
      this.json = json;
    }

    /** {@code "name":}. */
    byte[] json() {
      return json;
    }

    /** Whether this document has it, by {@link #nextDocument}'s number. */
    boolean isIn(long document) {
      return this.document == document;
    }

    /** The document has it from now on. */
    void putInto(long document) {
      this.document = document;
    }

    private boolean is(byte[] array, int offset, int length) {
      return json.length == length + 3
          && Arrays.equals(json, 1, 1 + length, array, offset, offset + length);
    }
  }

  /** The number of a new document, or of any object that has labels. */
  long nextDocument() {
    return ++documents;
  }

  /** Changes when labels are forgotten: those kept elsewhere are no longer the same objects. */
  int generation() {
    return generation;
  }

  /**
   * Forgets all when there are many. To be called between documents.
   *
   * @return whether it did
   */
  boolean trim() {
    if (labelCount <= MANY_LABELS) {
      return false;
    }
    Arrays.fill(names, null);
    Arrays.fill(labels, null);
    nameCount = labelCount = 0;
    generation++;
    return true;
  }

  Name of(Slice name) {
    return of(name.array(), name.offset(), name.length());
  }

  /** The name that these bytes are. */
  Name of(byte[] array, int offset, int length) {
    if (length > MAX_NAME_BYTES) {
      return learn(array, offset, length);
    }
    int slot = hash(array, offset, length) & names.length - 1;
    while (true) {
      Name known = names[slot];
      if (known == null) {
        break;
      }
      if (Arrays.equals(known.bytes, 0, known.bytes.length, array, offset, offset + length)) {
        return known;
      }
      slot = slot + 1 & names.length - 1;
    }
    Name learned = learn(array, offset, length);
    if (learned.label != null && nameCount < names.length / 2) {
      names[slot] = learned;
      nameCount++;
    }
    return learned;
  }

  /** The label with this text, which is JSON already; null when there are too many. */
  @Nullable Label label(byte[] array, int offset, int length) {
    int slot = Math.floorMod(hash(array, offset, length), labels.length);
    while (true) {
      Label known = labels[slot];
      if (known == null) {
        break;
      }
      if (known.is(array, offset, length)) {
        return known;
      }
      slot = slot + 1 < labels.length ? slot + 1 : 0;
    }
    if (labelCount == MAX_LABELS) {
      return null;
    }
    byte[] json = new byte[length + 3];
    json[0] = '"';
    System.arraycopy(array, offset, json, 1, length);
    json[length + 1] = '"';
    json[length + 2] = ':';
    labelCount++;
    return labels[slot] = new Label(json);
  }

  /**
   * Adds a name, or a part of one, as it may be among labels.
   *
   * @param name is cut after {@value #MAX_NAME_BYTES} bytes
   */
  static void append(JsonBuffer text, byte[] name, int offset, int length) {
    int max = Math.min(length, MAX_NAME_BYTES);
    while (max < length && max > 0 && (name[offset + max] & 0xc0) == 0x80) {
      max--;
    }
    int begin = text.size();
    text.characters(name, offset, max);
    byte[] array = text.array();
    for (int i = begin; i < text.size(); i++) {
      if (array[i] == '.' && (i == begin || i == text.size() - 1 || array[i - 1] == '.')) {
        array[i] = '_';
      }
    }
    if (isBlank(name, offset, max)) {
      text.truncate(begin);
      text.raw(UNNAMED);
    }
  }

  /** As Elasticsearch sees it: of no characters but those that Java calls white space. */
  private static boolean isBlank(byte[] name, int offset, int length) {
    boolean visible = length > 0 && name[offset] > ' '; // nearly all
    return !visible && new String(name, offset, length, StandardCharsets.UTF_8).isBlank();
  }

  private Name learn(byte[] array, int offset, int length) {
    text.clear();
    append(text, array, offset, length);
    byte[] bytes = Arrays.copyOfRange(array, offset, offset + length);
    return new Name(bytes, EcsFields.find(bytes), label(text.array(), 0, text.size()));
  }

  private int hash(byte[] array, int offset, int length) {
    long hash = seed ^ length;
    int end = offset + length;
    int at = offset;
    for (; at + 8 <= end; at += 8) {
      hash = mix(hash ^ Words.at(array, at));
    }
    return (int) (mix(hash ^ Words.first(array, at, end - at)) >>> 33);
  }

  /** Each bit of the result depends on many of the argument's. */
  private static long mix(long bits) {
    long product = bits * 0x9e3779b97f4a7c15L;
    return product ^ product >>> 32;
  }
}
