package io.vigia.agent.extension.redact;

import java.util.regex.Pattern;

/**
 * Where a shell is ({@code PWD=/usr/src/app}), which is named as some passwords are. Only what
 * begins with a directory that is at the root of many file systems and goes on as paths do;
 * anything else behind such a name is taken for a secret, and so is whatever is a parameter of a
 * URL or of a connection string.
 */
final class WorkingDirectory {

  /** More are not looked at. */
  private static final int MAX_CHARS = 1_000;

  /**
   * The Filesystem Hierarchy Standard (3.0, section 3), what images of containers, other systems
   * and CI have besides, a home, a drive.
   */
  private static final Pattern PATH =
      Pattern.compile(
          "/|~|(?:~|/(?:bin|boot|dev|etc|home|lib|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var"
              + "|app|application|builds|data|deployments|layers|private|project|src|work|workdir"
              + "|workspace|workspaces|Users|Volumes)|[A-Za-z]:(?=[/\\\\]))"
              + "(?:[/\\\\]{1,2}[\\w.@-]{1,255}){0,40}[/\\\\]?");

  /**
   * @param name where the name of the value begins
   * @param begin of the value
   * @param end of the value
   */
  static boolean is(String text, int name, int begin, int end) {
    if (!text.regionMatches(/* ignoreCase= */ true, name, "pwd", 0, 3) || end - begin > MAX_CHARS) {
      return false;
    }
    int first = text.regionMatches(/* ignoreCase= */ true, name - 3, "old", 0, 3) ? name - 3 : name;
    char before = first == 0 ? ' ' : text.charAt(first - 1);
    return !Character.isLetterOrDigit(before)
        && "_-?&;[".indexOf(before) < 0
        && PATH.matcher(text.substring(begin, end)).matches();
  }

  private WorkingDirectory() {}
}
