package io.vigia.collector.export.elasticsearch;

import java.util.Arrays;

/**
 * The keys that one JSON object has so far: Elasticsearch refuses a document that names a key
 * twice. Remembers where in the output the keys were written. Not thread-safe, reusable.
 */
final class KeySet {
  private int[] hashes = new int[32];
  private int[] starts = new int[32];
  private int[] lengths = new int[32];
  private int size;

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  /** Forgets the keys added after there were {@code toSize}. */
  void truncate(int toSize) {
    size = toSize;
  }

  /**
   * Adds the key at these bytes of {@code array}, unless a key since number {@code from} is equal.
   *
   * @return whether it was new
   */
  boolean add(byte[] array, int start, int length, int from) {
    int hash = length;
    for (int i = start; i < start + length; i++) {
      hash = 31 * hash + array[i];
    }
    for (int i = from; i < size; i++) { // objects are small
      if (hashes[i] == hash
          && lengths[i] == length
          && Arrays.equals(array, starts[i], starts[i] + length, array, start, start + length)) {
        return false;
      }
    }
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, size * 2);
      starts = Arrays.copyOf(starts, size * 2);
      lengths = Arrays.copyOf(lengths, size * 2);
    }
    hashes[size] = hash;
    starts[size] = start;
    lengths[size] = length;
    size++;
    return true;
  }
}
