package io.vigia.demo.load;

import java.util.Locale;

/** What a visitor does, and the status a healthy service answers. */
enum Kind {
  /** Opens the page. */
  PAGE(Group.NORMAL, 25, 200),
  /** Reads the newest entries, as the page does. */
  ENTRIES(Group.NORMAL, 25, 200),
  /** Reads the list of lines. */
  LIST(Group.NORMAL, 15, 200),
  /** Leaves a line by the form. */
  TEXT(Group.NORMAL, 12, 201),
  /** Leaves a line by the classic path. */
  PUSH(Group.NORMAL, 8, 200),
  /** Leaves a line with a picture. */
  PICTURE(Group.NORMAL, 15, 201),
  /** Asks the classifier itself; only when its address is known. */
  PREDICT(Group.NORMAL, 5, 200),

  /** Sends the form a few bytes at a time. */
  SLOW(Group.SLOW, 1, 201),

  /** Sends an empty form. */
  BAD_EMPTY(Group.BAD, 2, 400),
  /** Leaves a line longer than may be. */
  BAD_LONG(Group.BAD, 1, 400),
  /** Calls a text a picture. */
  BAD_PICTURE(Group.BAD, 2, 415),
  /** Asks for a list that is not there. */
  BAD_LIST(Group.BAD, 2, 404),
  /** Sends half a picture: the guestbook keeps the entry, the classifier refuses. */
  BAD_BROKEN(Group.BAD, 1, 201),
  /** Asks the classifier without a picture; only when its address is known. */
  BAD_PREDICT(Group.BAD, 1, 400);

  /** Which share of the traffic a kind belongs to. */
  enum Group {
    NORMAL,
    SLOW,
    BAD
  }

  private final Group group;
  private final int weight;
  private final int expectedStatus;

  Kind(Group group, int weight, int expectedStatus) {
    this.group = group;
    this.weight = weight;
    this.expectedStatus = expectedStatus;
  }

  Group group() {
    return group;
  }

  /** How often it is chosen, relative to the others of its group. */
  int weight() {
    return weight;
  }

  int expectedStatus() {
    return expectedStatus;
  }

  boolean needsClassifier() {
    return this == PREDICT || this == BAD_PREDICT;
  }

  /** An entry is in the guestbook afterwards, when the answer was the expected one. */
  boolean writesText() {
    return this == TEXT || this == PUSH || this == SLOW;
  }

  boolean writesPicture() {
    return this == PICTURE || this == BAD_BROKEN;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
