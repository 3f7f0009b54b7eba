package io.vigia.collector.config;

import java.util.Collection;
import java.util.Locale;

/** Finds the known word a user probably meant. */
public final class Nearest {
  private Nearest() {}

  /**
   * {@code ; did you mean "x"?} when a known word is close enough, otherwise {@code ; known: a, b}.
   */
  public static String hint(String word, Collection<String> known) {
    String best = "";
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    if (bestDistance <= Math.max(2, word.length() / 3)) {
      return "; did you mean \"" + best + "\"?";
    }
    return known.isEmpty() ? "" : "; known: " + String.join(", ", known.stream().sorted().toList());
  }

  /** Edits to get from one word to the other; a swap of neighbours is one (optimal alignment). */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
