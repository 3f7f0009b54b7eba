package io.vigia.agent.boot;

import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/**
 * The JVM's time zone as it was before the agent: upstream's logger asks for it, and the JDK reads
 * {@code user.timezone} at the first such question only, where an application may set it in its
 * {@code main}.
 */
final class LateTimeZone {

  private static final String PROPERTY = "user.timezone";

  private final @Nullable String property = System.getProperty(PROPERTY);

  /** To be called where nothing of the application has run since this was made. */
  void restore() {
    TimeZone known = TimeZone.getDefault();
    TimeZone.setDefault(null); // the next question is the first one again
    if (!TimeZone.getDefault().equals(known)) {
      TimeZone.setDefault(known); // another agent has set it
      return;
    }
    TimeZone.setDefault(null);
    if (property == null) {
      System.clearProperty(PROPERTY); // answering fills it in
    } else {
      System.setProperty(PROPERTY, property);
    }
  }
}
