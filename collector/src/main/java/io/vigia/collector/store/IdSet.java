package io.vigia.collector.store;

import java.util.HashSet;
import java.util.Set;

/**
 * Which dictionary entries a slice has. Bounded: when full it forgets everything, which costs
 * repeated entries (readers allow for them), never memory. After a rollback the entries of that
 * transaction are forgotten.
 */
final class IdSet {
  static final int MAX = 200_000;

  private final Set<Long> known = new HashSet<>();
  private final Set<Long> uncommitted = new HashSet<>();

  /** Adds an id; false when it was there. */
  boolean add(long id) {
    if (known.contains(id) || !uncommitted.add(id)) {
      return false;
    }
    return true;
  }

  /** The ids added since the last commit are in the file now. */
  void commit() {
    if (known.size() + uncommitted.size() > MAX) {
      known.clear();
    }
    known.addAll(uncommitted);
    uncommitted.clear();
  }

  int size() {
    return known.size() + uncommitted.size();
  }

  void clear() {
    known.clear();
    uncommitted.clear();
  }

  void rollback() {
    uncommitted.clear();
  }
}
