package io.vigia.demo.guestbook;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One line of the guestbook, as it is kept in Redis and answered as JSON.
 *
 * @param id counts from 1
 * @param atMillis when it was written, milliseconds since 1970
 * @param text what the visitor wrote; may be empty when there is a picture
 * @param picture null for an entry without one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Entry(long id, long atMillis, String text, @Nullable Picture picture) {

  /**
   * A picture and what the classifier said of it.
   *
   * @param bytes its size
   * @param label what it shows; null when the classifier did not say
   * @param probability 0 to 1; null when the classifier did not say
   * @param note why there is no label; null when there is one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Picture(
      int bytes, @Nullable String label, @Nullable Double probability, @Nullable String note) {}

  /** The entry as one line of plain text, for {@code /lrange}. */
  String asLine() {
    if (picture == null) {
      return text;
    }
    String said =
        picture.label() == null ? picture.note() : picture.label() + " " + picture.probability();
    return (text + " [picture: " + said + "]").strip();
  }
}
