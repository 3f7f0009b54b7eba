package io.vigia.demo.guestbook;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a visitor can do: leave an entry, with or without a picture, and read what others left. One
 * entry with a picture is one call of the classifier and a few of Redis. Safe for use by several
 * threads.
 */
class Guestbook {
  static final int MAX_TEXT_CHARS = 500;
  static final int MAX_PICTURE_BYTES = 2 * 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(Guestbook.class);

  private final EntryStore store;
  private final ClassifierClient classifier;
  private final BusinessMetrics metrics;
  private final Clock clock;

  Guestbook(EntryStore store, ClassifierClient classifier, BusinessMetrics metrics, Clock clock) {
    this.store = store;
    this.classifier = classifier;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Leaves an entry.
   *
   * @param image PNG, JPEG, GIF, BMP or WebP; null or empty for none
   * @return the entry as it was stored
   * @throws RefusedException when there is nothing in it, or too much, or the picture is none
   */
  Entry post(String text, byte @Nullable [] image) {
    String clean = clean(text);
    if (image == null || image.length == 0) {
      return postText(clean);
    }
    if (image.length > MAX_PICTURE_BYTES) {
      throw new RefusedException(
          413, "a picture may have " + MAX_PICTURE_BYTES + " bytes, this one has " + image.length);
    }
    ImageType type =
        ImageType.of(image)
            .orElseThrow(
                () -> new RefusedException(415, "that is no PNG, JPEG, GIF, BMP or WebP picture"));
    return postPicture(clean, image, type);
  }

  /** The newest entries, oldest first. */
  List<Entry> newest(int count) {
    List<Entry> entries = store.newest(Math.max(1, Math.min(count, EntryStore.MAX_ENTRIES)));
    log.debug("read {} entries", entries.size());
    return entries;
  }

  Optional<byte[]> picture(long id) {
    return store.picture(id);
  }

  private Entry postText(String text) {
    if (text.isEmpty()) {
      throw new RefusedException(400, "an entry needs a text or a picture");
    }
    Entry entry = new Entry(store.nextId(), clock.millis(), text, null);
    store.add(entry, null);
    metrics.entryWritten(false);
    log.info("entry {} written, {} characters", entry.id(), text.length());
    return entry;
  }

  private Entry postPicture(String text, byte[] image, ImageType type) {
    long id = store.nextId();
    metrics.classifying(image.length);
    ClassifierClient.Outcome outcome = ClassifierClient.Outcome.FAILED;
    ClassifierClient.Answer answer;
    try {
      answer = classifier.classify(image, type);
      outcome = answer.outcome();
    } finally {
      metrics.classified(outcome);
    }
    Entry.Picture picture =
        new Entry.Picture(image.length, answer.label(), answer.probability(), answer.note());
    Entry entry = new Entry(id, clock.millis(), text, picture);
    store.add(entry, image);
    metrics.entryWritten(true);
    if (answer.label() != null) {
      log.info(
          "entry {} written, {} of {} bytes shows {} ({})",
          id,
          type,
          image.length,
          answer.label(),
          answer.probability());
    } else {
      log.warn("entry {} written without a class: {}", id, answer.note());
    }
    return entry;
  }

  /**
   * Control characters would break the lines of a log; the rest is shown as text, never as markup.
   */
  private static String clean(String text) {
    String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
    if (clean.length() > MAX_TEXT_CHARS) {
      throw new RefusedException(
          400,
          "an entry may have " + MAX_TEXT_CHARS + " characters, this one has " + clean.length());
    }
    return clean;
  }
}
