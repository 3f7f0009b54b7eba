package io.vigia.agent.extension.redact;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where secrets are in a text, and where they end: {@code password=…} and the like in query
 * strings, JSON (also JSON in a string of JSON), XML, command lines ({@code --password …}, also as
 * lists) and prose, bearer and basic credentials, user and password in URLs, JSON web tokens and
 * private keys wherever they are. They are replaced by {@value Redactor#REDACTED}.
 */
final class SecretsInText {

  /** What names a secret. */
  static final String WORDS =
      "(?:passw(?:or)?d(?:[_-]?(?:confirm(?:ation)?|repeat|again|hash)|[0-9])?|passphrase|pwd"
          + "|secret(?:[_-]?(?:access[_-]?)?key)?|api[_-]?key"
          + "|(?:access|account|private)[_-]?key"
          + "|(?:access|refresh|id|auth|session|csrf|xsrf|bearer)[_-]?token(?:_hint)?|jsessionid"
          + "|(?:x-(?:[a-z0-9]{1,20}-){0,3}|private-)token|(?<=[?&;])pass(?==)"
          + "|x-amz-signature|x-amz-credential|signature|sig)";

  /** Percent-encoded, once or again and again: a URL in one in one. */
  private static final String PERCENT = "%(?:25){0,3}";

  /** {@code password}, {@code user[password]}, {@code password[]} and the same in a URL. */
  private static final String END_OF_NAME = "(?:\\[?\\]|(?:" + PERCENT + "5B)?" + PERCENT + "5D)?";

  /** Also of a string in a string. */
  private static final String QUOTE = "\\\\{0,3}[\"']";

  private static final String CDATA = "<![CDATA[";

  /** The rest of an element's start, as of WS-Security's {@code <Password Type="…">}. */
  private static final String ELEMENT =
      ("(?:(?:\\s{1,8}[\\w:.-]{1,64}=(?:\"[^\"<>]{0,256}\"|'[^'<>]{0,256}')){1,8}+\\s{0,8})?")
          + (">(?!\\s)(?:" + Pattern.quote(CDATA) + ")?");

  /** {@code "name":"password","value":"…"}, {@code name="password" value="…"}. */
  private static final String NAMED_VALUE =
      QUOTE + "\\s{0,8},?\\s{0,8}(?:" + QUOTE + ")?value(?:" + QUOTE + ")?\\s{0,8}[=:]";

  /** {@code "name":"} of JSON in a URL. */
  private static final String ENCODED_JSON = "%22(?:%20|\\+)?%3A(?:%20|\\+)?(?:%22)?";

  private static final String OTHERWISE_SET =
      PERCENT + "3D|" + ELEMENT + "|" + NAMED_VALUE + "|" + ENCODED_JSON;

  /** What follows a parameter of a program where that is only spoken of. */
  private static final String PROSE =
      "(?:and|are|as|flag|for|from|if|in|is|may|must|not|on|option|or|string|the|to|was|with)\\b";

  private static final String OF_A_STATEMENT =
      "identified\\s(?:with\\s\\S{1,64}\\s)?by\\s(?<=(?:create|alter)\\suser\\s.{1,200})(?=')";

  /** {@code curl -u user:}, also behind other parameters. */
  private static final String CURL =
      "curl\\s(?:[^\\r\\n|;]{0,256}?\\s)?(?:-u\\s?|--user[\\s=])[\"']?[^\\s:\"']{1,128}:";

  private static final String AUTHORIZATION = "authorization(?:" + QUOTE + ")?\\s*[:=]\\s*\\[?";

  /** RFC 7519; header and payload are objects, so both begin alike. Looks back where it may fit. */
  private static final String JWT = "e(?<![\\w-]e)yJ[\\w-]{8,}\\.eyJ[\\w-]{8,}(?:\\.[\\w-]*)?";

  /**
   * What stands before a secret: (1) a name, (2) that of a header whose value is the rest of the
   * line, (3) a scheme, (4) a header whose value has none, (5) the user of a URL, (6) nothing,
   * where a secret is known by itself, (7) the first line of a private key. But for the first two
   * and the last the secret follows in the expression.
   */
  private static final Pattern SECRET =
      Pattern.compile(
          ("((?:" + WORDS + END_OF_NAME)
              + ("(?:(?:" + QUOTE + ")?\\s*(?:=>|[=:])|" + OTHERWISE_SET + ")")
              + ("|token" + END_OF_NAME)
              + ("(?:" + QUOTE + "\\s*(?:=>|[=:])|=|" + OTHERWISE_SET + ")")
              + ("|--(?:" + WORDS + "|token)(?=[ \\t]+(?!" + PROSE + ")[^\\s-])")
              + ("|--(?:" + WORDS + "|token)(?:" + QUOTE + ")?,")
              + ("(?=\\s?(?:" + QUOTE + ")?(?!" + PROSE + ")[^\\s\"'\\\\-])")
              + ("|password(?=\\s+[\"'])|" + OF_A_STATEMENT + "|" + CURL + ")\\s*)")
              + ("|((?:set-)?cookie(?:" + QUOTE + ")?\\s*(?::|=(?=\\s*\\[))\\s*")
              + ("|" + AUTHORIZATION + "(?:" + QUOTE + ")?")
              + "(?:digest|negotiate|ntlm|token|api-?key|hawk|signature|aws4-[a-z0-9-]+)\\s+)"
              + "|((?:\\bbearer|\\bbasic)\\s+)[a-z0-9._~+/=-]{8,}"
              + ("|(" + AUTHORIZATION + "(?:" + QUOTE + ")?|token:\\s?)")
              + "(?=[a-z._~+/=-]{0,256}[0-9])[a-z0-9._~+/=-]{16,}"
              + "|(://[^/\\s:@?#\"']{0,256}:|jdbc:oracle:[a-z0-9]{1,16}:[^/\\s@\"']{1,128}/)"
              + "[^/\\s?#\"']{1,256}(?=@)"
              + ("|()(?-i:" + JWT + ")")
              + "|(-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----)",
          Pattern.CASE_INSENSITIVE);

  private static final int NAME = 1;
  private static final int LINE = 2;
  private static final int SCHEME = 3;
  private static final int KEY = 7;

  private static final String KEY_BEGINS = "-----BEGIN ";
  private static final String KEY_ENDS = "-----END ";

  /** What a list or object may have in it, so that a long text is looked at once. */
  private static final int MAX_BRACKETS = 1_000;

  private static final Pattern AMPERSAND = Pattern.compile(PERCENT + "26");

  /** Ends a value without quotes. */
  private static final String AFTER_VALUE = " \t\r\n&;,\"'}])<";

  private SecretsInText() {}

  /** The same instance when there is none. */
  static String replaced(String text) {
    return SecretStems.next(text, 0) < text.length() ? withoutSecrets(text) : text;
  }

  /** Looks at each character a bounded number of times, so that a long text is no stall. */
  private static String withoutSecrets(String text) {
    Matcher matcher = SECRET.matcher(text).useAnchoringBounds(false).useTransparentBounds(true);
    StringBuilder out = new StringBuilder();
    int copied = 0;
    for (int from = 0; find(matcher, text, from); from = Math.max(copied, matcher.end())) {
      int group = NAME;
      while (matcher.start(group) < 0) {
        group++;
      }
      int open = group <= LINE ? quoteAt(text, matcher.end(group)) : -1;
      int begin = open >= 0 ? open + 1 : matcher.end(group);
      if (text.startsWith(Redactor.REDACTED, begin)
          || (group == SCHEME && isProse(text, matcher))) {
        continue;
      }
      int end =
          open >= 0
              ? closingQuote(text, open, open - matcher.end(group))
              : endOfUnquoted(text, matcher, group, begin);
      if (end > begin && !WorkingDirectory.is(text, matcher.start(), begin, end)) {
        out.append(text, copied, begin).append(Redactor.REDACTED);
        copied = end;
      }
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
  }

  /** As {@link Matcher#find(int)} does it, but at places only where there may be a secret. */
  private static boolean find(Matcher matcher, String text, int from) {
    int begin = from;
    for (int stem; (stem = SecretStems.next(text, begin)) < text.length(); begin = stem + 1) {
      for (int i = SecretStems.beginOfName(text, stem, begin); i <= stem; i++) {
        if (matcher.region(i, text.length()).lookingAt()) {
          return true;
        }
      }
    }
    return false;
  }

  private static int endOfUnquoted(String text, Matcher matcher, int group, int begin) {
    if (group == KEY || text.startsWith(KEY_BEGINS, begin)) {
      return endOfKey(text, begin);
    }
    if (group > LINE) {
      return matcher.end();
    }
    if (begin < text.length() && "[{".indexOf(text.charAt(begin)) >= 0) {
      return closingBracket(text, begin, matcher.group().indexOf('\\') >= 0);
    }
    if (group == LINE) {
      return endOfLine(text, matcher, begin);
    }
    return matcher.group().contains("%22") ? endOfEncoded(text, matcher) : endOfBare(text, begin);
  }

  /** Where a value's opening quote is, behind the backslashes that escape it; -1 without one. */
  private static int quoteAt(String text, int begin) {
    int open = begin;
    while (open < text.length() && text.charAt(open) == '\\') {
      open++;
    }
    return open < text.length() && "\"'".indexOf(text.charAt(open)) >= 0 ? open : -1;
  }

  /** Of a value in quotes, which may have them inside, escaped or (SQL) doubled. */
  private static int closingQuote(String text, int open, int escapes) {
    char quote = text.charAt(open);
    int backslashes = 0;
    for (int i = open + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == quote && (escapes == 0 ? backslashes % 2 == 0 : backslashes <= escapes)) {
        boolean doubled = quote == '\'' && i + 1 < text.length() && text.charAt(i + 1) == quote;
        if (!doubled) {
          return i - Math.min(backslashes, escapes);
        }
        i++;
      }
      backslashes = c == '\\' ? backslashes + 1 : 0;
    }
    return endOf(text, open + 1, "\r\n"); // cut off
  }

  /** Of a list or an object, in which a quoted text may have brackets, too. */
  private static int closingBracket(String text, int open, boolean quotesAreEscaped) {
    int depth = 0;
    int backslashes = 0;
    boolean quoted = false;
    for (int i = open; i < Math.min(text.length(), open + MAX_BRACKETS); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted ^= quotesAreEscaped || backslashes % 2 == 0;
      } else if (!quoted && "[{".indexOf(c) >= 0) {
        depth++;
      } else if (!quoted && "]}".indexOf(c) >= 0 && --depth == 0) {
        return i + 1;
      }
      backslashes = c == '\\' ? backslashes + 1 : 0;
    }
    return endOf(text, open, "\r\n"); // cut off
  }

  /** RFC 7468: to the end of its last line; all that follows if there is none. */
  private static int endOfKey(String text, int begin) {
    int last = text.indexOf(KEY_ENDS, begin);
    int end = last < 0 ? -1 : text.indexOf("-----", last + KEY_ENDS.length());
    return end < 0 ? text.length() : end + "-----".length();
  }

  /** In JSON in a URL: a text ends with its quote, a number before what follows it. */
  private static int endOfEncoded(String text, Matcher matcher) {
    boolean isText = text.startsWith("%22", matcher.end() - 3);
    int i = matcher.end();
    while (i < text.length() && AFTER_VALUE.indexOf(text.charAt(i)) < 0) {
      if (isText
          ? text.startsWith("%22", i) && !text.regionMatches(true, i - 3, "%5C", 0, 3)
          : text.regionMatches(true, i, "%2C", 0, 3) || text.regionMatches(true, i, "%7D", 0, 3)) {
        return i;
      }
      i++;
    }
    return i;
  }

  /** {@code Basic authentication}: credentials have digits, or letters of both cases. */
  private static boolean isProse(String text, Matcher matcher) {
    String value = text.substring(matcher.end(SCHEME), matcher.end());
    String before = text.substring(Math.max(0, matcher.start() - 20), matcher.start());
    return value.chars().allMatch(c -> Character.isLetter(c) || "-/._".indexOf(c) >= 0)
        && (value.substring(1).equals(value.substring(1).toLowerCase(Locale.ROOT))
            || value.equals(value.toUpperCase(Locale.ROOT)))
        && !before.toLowerCase(Locale.ROOT).contains("authorization");
  }

  /** A quote ends it, but for credentials that have quotes inside ({@code Digest}). */
  private static int endOfLine(String text, Matcher matcher, int begin) {
    boolean cookie = "cCsS".indexOf(text.charAt(matcher.start())) >= 0;
    boolean inQuotes = matcher.group().indexOf('"') >= 0;
    boolean inBrackets = matcher.group().indexOf('[') >= 0;
    return endOf(text, begin, (cookie || inQuotes ? "\"" : "") + (inBrackets ? "]" : "") + "\r\n");
  }

  private static int endOfBare(String text, int begin) {
    boolean element = begin > 1 && text.charAt(begin - 1) == '>' && text.charAt(begin - 2) != '=';
    int end = endOf(text, begin, element ? "<" : AFTER_VALUE);
    if (text.startsWith(CDATA, begin - CDATA.length())) {
      int close = text.indexOf("]]>", begin);
      return close < 0 ? end : close;
    }
    Matcher ampersand = AMPERSAND.matcher(text).region(begin, end);
    return ampersand.find() ? ampersand.start() : end;
  }

  private static int endOf(String text, int begin, String after) {
    int end = begin;
    while (end < text.length() && after.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }
}
