package io.vigia.agent.extension.prebuilt;

import java.text.DateFormat;
import java.text.FieldPosition;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * The format of dates in the lines of upstream's logger, made at the first line: the JDK reads
 * calendars and texts of languages for it, and mostly nothing is logged. Its only user locks it.
 */
public final class LateDateFormat extends DateFormat {
  private static final long serialVersionUID = 1;

  private final String pattern;
  private transient @Nullable DateFormat made;

  /**
   * @param pattern as {@link SimpleDateFormat} knows them; for another one, dates are as that class
   *     writes them without a pattern
   */
  public LateDateFormat(String pattern) {
    this.pattern = pattern;
  }

  @Override
  public StringBuffer format(Date date, StringBuffer to, FieldPosition position) {
    return made().format(date, to, position);
  }

  @Override
  public @Nullable Date parse(String text, ParsePosition position) {
    return made().parse(text, position);
  }

  private DateFormat made() {
    if (made == null) {
      try {
        made = new SimpleDateFormat(pattern);
      } catch (IllegalArgumentException e) {
        made = new SimpleDateFormat();
      }
    }
    return made;
  }
}
