package io.vigia.collector.receive.containers;

/**
 * A place in the files of one series, as they are in this look.
 *
 * @param file index, oldest first
 * @param offset in the (uncompressed) file, in bytes
 */
record Place(int file, long offset) implements Comparable<Place> {
  @Override
  public int compareTo(Place other) {
    return file != other.file
        ? Integer.compare(file, other.file)
        : Long.compare(offset, other.offset);
  }

  boolean isBefore(Place other) {
    return compareTo(other) < 0;
  }
}
