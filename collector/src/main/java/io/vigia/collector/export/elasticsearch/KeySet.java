package io.vigia.collector.export.elasticsearch;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The keys that one JSON object has so far: Elasticsearch refuses a document that names a key
 * twice. Remembers where in the output the keys were written. Not thread-safe, reusable.
 *
 * <p>Keys with the same end of their hash are a row, the last one first: however many keys a sender
 * puts into one object, each is compared with few.
 */
final class KeySet {
  private static final int NONE = -1;

  /** Of the hash, so that nobody outside can choose keys that collide. */
  private final long seed = ThreadLocalRandom.current().nextLong();

  private int[] hashes = new int[32];
  private int[] starts = new int[32];
  private int[] lengths = new int[32];

  /** The key before each in its row. */
  private int[] before = new int[32];

  /** The last key of each row; as many as there is room for keys, a power of two. */
  private int[] rows = emptyRows(32);

  private int size;

  private static int[] emptyRows(int count) {
    int[] rows = new int[count];
    Arrays.fill(rows, NONE);
    return rows;
  }

  void clear() {
    truncate(0);
  }

  int size() {
    return size;
  }

  /** Forgets the keys added after there were {@code toSize}. */
  void truncate(int toSize) {
    while (size > toSize) {
      size--;
      rows[row(size)] = before[size];
    }
  }

  /**
   * Adds the key at these bytes of {@code array}, unless a key since number {@code from} is equal.
   *
   * @return whether it was new
   */
  boolean add(byte[] array, int start, int length, int from) {
    int hash = hash(array, start, length);
    for (int i = rows[hash & rows.length - 1]; i >= from; i = before[i]) {
      if (hashes[i] == hash
          && lengths[i] == length
          && Arrays.equals(array, starts[i], starts[i] + length, array, start, start + length)) {
        return false;
      }
    }
    if (size == hashes.length) {
      grow();
    }
    hashes[size] = hash;
    starts[size] = start;
    lengths[size] = length;
    link(size++);
    return true;
  }

  private void grow() {
    hashes = Arrays.copyOf(hashes, size * 2);
    starts = Arrays.copyOf(starts, size * 2);
    lengths = Arrays.copyOf(lengths, size * 2);
    before = new int[size * 2];
    rows = emptyRows(size * 2);
    for (int i = 0; i < size; i++) {
      link(i);
    }
  }

  private void link(int key) {
    before[key] = rows[row(key)];
    rows[row(key)] = key;
  }

  private int row(int key) {
    return hashes[key] & rows.length - 1;
  }

  private int hash(byte[] array, int start, int length) {
    long hash = seed ^ length;
    for (int i = start; i < start + length; i++) {
      hash = (hash ^ array[i]) * 0x9e3779b97f4a7c15L;
    }
    return (int) (hash >>> 32);
  }
}
