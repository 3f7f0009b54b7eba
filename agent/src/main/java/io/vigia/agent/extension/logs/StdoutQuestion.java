package io.vigia.agent.extension.logs;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.RequestHeaders;
import io.vigia.agent.boot.TlsFiles;
import io.vigia.agent.extension.export.CollectorGet;
import io.vigia.agent.extension.redact.Redactor;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.net.URI;
import java.net.URLEncoder;
import java.util.function.IntPredicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the collector whether it reads what this container writes to stdout ({@code
 * collector/docs/containers.md}, "Agents"). Not thread-safe.
 */
public final class StdoutQuestion {

  /** What the collector says. */
  public enum Answer {
    /** It reads no container's logs, or does not know the question. */
    OFF,
    /** It reads other containers; this one perhaps soon, when it looks again. */
    NOT_READ,
    /** It reads this container. */
    READ,
    /** It reads this container, and the text is in what it reads. */
    SEEN,
    /** Nobody answered, or it cannot tell yet. */
    UNKNOWN
  }

  /** How often nobody need answer, each after half a second, until nobody is expected to. */
  private static final int MAX_SILENCE = 20;

  /** The collector looks for no shorter text. */
  private static final int LEAST_TEXT = 8;

  private final String url;

  /** Whether that somebody listens there is only likely. */
  private final boolean isGuessed;

  private int silence;

  /**
   * @param container its name in the pod, or {@code null} when it is not known
   */
  public StdoutQuestion(CollectorAddress address, String podUid, @Nullable String container) {
    this(address.http(), address.isGrpc(), podUid, container);
  }

  StdoutQuestion(URI http, boolean isGuessed, String podUid, @Nullable String container) {
    this.isGuessed = isGuessed;
    this.url =
        http
            + "/stdout?pod="
            + encoded(podUid)
            + (container == null ? "" : "&container=" + encoded(container));
  }

  private static String encoded(String text) {
    try {
      return URLEncoder.encode(text, "UTF-8").replace("+", "%20");
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Blocks for up to some seconds. */
  public Answer ask(@Nullable String text) {
    URI asked = URI.create(text == null ? url : url + "&text=" + encoded(text));
    try {
      String answer = new CollectorGet(asked, TlsFiles.find(), RequestHeaders.find()).get();
      if (answer == null || !answer.contains("\"on\":true")) {
        return Answer.OFF;
      }
      if (!answer.contains("\"reads\":true")) {
        return Answer.NOT_READ;
      }
      return answer.contains("\"seen\":true") ? Answer.SEEN : Answer.READ;
    } catch (IOException e) {
      Console.debug(() -> "whether stdout is read: " + e);
      // TLS that fails may be a matter of files that only the exporter knows; a token may come
      boolean isLikely =
          !isGuessed
              && !(e instanceof SSLException)
              && !(e instanceof CollectorGet.UnauthorizedException);
      return !isLikely && ++silence > MAX_SILENCE ? Answer.OFF : Answer.UNKNOWN;
    }
  }

  /**
   * A part of a message that looks the same in every layout, also in JSON: its longest run of
   * letters, digits and blanks; {@code null} when that is too short to be told from others. On
   * stdout there is what was logged, and here what was replaced in it.
   */
  static @Nullable String sample(String redacted) {
    String message = redacted.replace(Redactor.REDACTED, "[]");
    String run = longestRun(message, StdoutQuestion::isPlain);
    if (run.length() < LEAST_TEXT) { // other scripts: most encoders write them as they are
      run = longestRun(message, c -> c == ' ' || Character.isLetterOrDigit(c));
    }
    return run.length() < LEAST_TEXT ? null : run;
  }

  private static String longestRun(String message, IntPredicate isPart) {
    int best = 0;
    int bestLength = 0;
    int begin = 0;
    for (int i = 0; i <= message.length(); i++) {
      if (i == message.length() || !isPart.test(message.charAt(i))) {
        if (i - begin > bestLength) {
          best = begin;
          bestLength = i - begin;
        }
        begin = i + 1;
      }
    }
    return message.substring(best, best + Math.min(bestLength, 80)).trim();
  }

  private static boolean isPlain(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ' ';
  }
}
