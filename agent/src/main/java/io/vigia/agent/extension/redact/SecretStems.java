package io.vigia.agent.extension.redact;

/**
 * Where a secret may begin in a text: each name, scheme and form of {@link SecretsInText} has three
 * characters in it that few other words have. They are looked for at each place, the expensive
 * expression only around them.
 */
final class SecretStems {

  /** The longest name before its stem: {@code x-}, three parts of 20, {@code token}. */
  private static final int MAX_NAME = 66;

  /** Longest user and password of a URL. */
  private static final int MAX_USER = 512;

  private static final int SCHEME_ENDS = ':' << 16 | '/' << 8 | '/';
  private static final int KEY_BEGINS = '-' << 16 | '-' << 8 | '-';
  private static final int JWT_BEGINS = 'e' << 16 | 'y' << 8 | 'j';

  private SecretStems() {}

  /** Where the next stem begins, at {@code from} or behind it; the text's length without one. */
  static int next(String text, int from) {
    int three = 0;
    for (int i = from; i < text.length(); i++) {
      three = (three << 8 | (text.charAt(i) | 0x20) & 0xff) & 0xffffff; // in any case
      if (isStem(three) && mayPrecedeASecret(three, text, i + 1)) {
        return i - 2;
      }
    }
    return text.length();
  }

  private static boolean isStem(int three) {
    switch (three) {
      case 'p' << 16 | 'a' << 8 | 's': // password
      case 'p' << 16 | 'w' << 8 | 'd':
      case 's' << 16 | 'e' << 8 | 'c': // secret
      case 's' << 16 | 'e' << 8 | 's': // session
      case 's' << 16 | 'i' << 8 | 'g': // signature
      case 'k' << 16 | 'e' << 8 | 'y':
      case 't' << 16 | 'o' << 8 | 'k': // token
      case 'c' << 16 | 'o' << 8 | 'o': // cookie
      case 'c' << 16 | 'r' << 8 | 'e': // credential
      case 'c' << 16 | 'u' << 8 | 'r': // curl
      case 'i' << 16 | 'd' << 8 | 'e': // identified by
      case 'a' << 16 | 'u' << 8 | 't': // authorization
      case 'b' << 16 | 'e' << 8 | 'a': // bearer
      case 'b' << 16 | 'a' << 8 | 's': // basic
      case 'j' << 16 | 'd' << 8 | 'b': // jdbc
      case SCHEME_ENDS:
      case KEY_BEGINS:
      case JWT_BEGINS:
        return true;
      default:
        return false;
    }
  }

  private static boolean mayPrecedeASecret(int stem, String text, int behind) {
    switch (stem) {
      case SCHEME_ENDS:
        return hasUser(text, behind);
      case KEY_BEGINS:
      case JWT_BEGINS:
        return true;
      default:
        return isNameOfAValue(text, behind);
    }
  }

  /** Not so a part of a path or of the name of a class, of which stack traces are full. */
  private static boolean isNameOfAValue(String text, int rest) {
    int i = rest;
    while (i < text.length() && i - rest < MAX_NAME && isOfName(text.charAt(i))) {
      i++;
    }
    return i < text.length() && "./()$#@;&?".indexOf(text.charAt(i)) < 0;
  }

  /** RFC 3986, section 3.2: most URLs have none, and there are many. */
  private static boolean hasUser(String text, int authority) {
    int i = authority;
    int end = Math.min(text.length(), authority + MAX_USER);
    while (i < end && "@/?# ".indexOf(text.charAt(i)) < 0) {
      i++;
    }
    return i < end && text.charAt(i) == '@';
  }

  /** Where the name that this stem is a part of begins, no earlier than {@code least}. */
  static int beginOfName(String text, int stem, int least) {
    int begin = stem;
    boolean isName = Character.isLetter(text.charAt(stem));
    while (isName && begin > Math.max(least, stem - MAX_NAME) && isOfName(text.charAt(begin - 1))) {
      begin--;
    }
    return begin;
  }

  private static boolean isOfName(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "_-".indexOf(c) >= 0;
  }
}
