package io.vigia.agent.extension.redact;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.Value;
import io.vigia.agent.boot.Setting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces well-known secrets in text and attributes by {@value #REDACTED}: values of attributes
 * whose names say so, {@code password=…} and the like in query strings, JSON (also JSON in a string
 * of JSON), XML and prose, bearer and basic credentials, user and password in URLs, JSON web tokens
 * and private keys wherever they are; card numbers (13 to 19 digits that pass the Luhn check) when
 * asked. Best effort: it cannot know a secret that nobody names. Thread-safe.
 */
public final class Redactor {

  public static final String REDACTED = "[redacted]";

  private static final String WORDS =
      "(?:passw(?:or)?d(?:[_-]?(?:confirm(?:ation)?|repeat|again|hash)|[0-9])?|passphrase|pwd"
          + "|secret(?:[_-]?(?:access[_-]?)?key)?|api[_-]?key"
          + "|(?:access|account|private)[_-]?key"
          + "|(?:access|refresh|id|auth|session|csrf|xsrf|bearer)[_-]?token(?:_hint)?|jsessionid"
          + "|x-amz-signature|x-amz-credential|signature|sig)";

  /** A name, or its last part: {@code db.password}, {@code http.request.header.cookie}. */
  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?:.*[._-])?(?:"
              + WORDS
              + "|client_?secret|token|authorization|proxy-authorization|cookie|set-cookie"
              + "|x-api-key|x-auth-token)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CAMEL = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  /** {@code password}, {@code user[password]} and the same in a URL. */
  private static final String END_OF_NAME = "(?:\\]|%5D)?";

  /** Also of a string in a string. */
  private static final String QUOTE = "\\\\{0,3}[\"']";

  /** {@code "name":"} of JSON in a URL. */
  private static final String ENCODED_JSON = "%22(?:%20|\\+)?%3A(?:%20|\\+)?(?:%22)?";

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
              + ("(?:(?:" + QUOTE + ")?\\s*(?:=>|[=:])|%3D|>(?!\\s)|" + ENCODED_JSON + ")")
              + ("|token" + END_OF_NAME)
              + ("(?:" + QUOTE + "\\s*(?:=>|[=:])|=|%3D|>(?!\\s)|" + ENCODED_JSON + "))\\s*)")
              + ("|((?:set-)?cookie(?:" + QUOTE + ")?\\s*(?::|=(?=\\s*\\[))\\s*")
              + ("|" + AUTHORIZATION + "(?:" + QUOTE + ")?")
              + "(?:digest|negotiate|ntlm|token|api-?key|hawk|signature|aws4-[a-z0-9-]+)\\s+)"
              + "|((?:\\bbearer|\\bbasic)\\s+)[a-z0-9._~+/=-]{8,}"
              + ("|(" + AUTHORIZATION + "(?:" + QUOTE + ")?)")
              + "(?=[a-z._~+/=-]{0,256}[0-9])[a-z0-9._~+/=-]{16,}"
              + "|(://[^/\\s:@?#\"']{0,256}:|jdbc:oracle:[a-z0-9]{1,16}:[^/\\s@\"']{1,128}/)"
              + "[^/\\s?#\"']{1,256}(?=@)"
              + ("|()(?-i:" + JWT + ")")
              + "|(-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY-----)",
          Pattern.CASE_INSENSITIVE);

  private static final int NAME = 1;
  private static final int LINE = 2;
  private static final int SCHEME = 3;
  private static final int KEY = 7;

  private static final String KEY_BEGINS = "-----BEGIN ";
  private static final String KEY_ENDS = "-----END ";

  /** What a list or object may have in it, so that a long text is looked at once. */
  private static final int MAX_BRACKETS = 1_000;

  /** Ends a value without quotes. */
  private static final String AFTER_VALUE = " \t\r\n&;,\"'}])<";

  private static final Pattern CARD =
      Pattern.compile("(?<![0-9-])[0-9](?:[ -]?[0-9]){12,18}(?![0-9-])");

  /** Keys that were looked at; begun anew when somebody makes keys without end. */
  private static final int MAX_KEYS = 2_000;

  private final Map<String, Boolean> secretKeys = new ConcurrentHashMap<>();
  private final boolean on;
  private final boolean cards;

  private Redactor(boolean on, boolean cards) {
    this.on = on;
    this.cards = cards;
  }

  Redactor(boolean cards) {
    this(true, cards);
  }

  /** As the user set it; what is switched off leaves everything as it is. */
  public static Redactor asSet() {
    return new Redactor(Setting.REDACT.isOn(), Setting.REDACT_CARDS.isOn());
  }

  /** The same instance when nothing had to be replaced. */
  String text(String text) {
    if (!on) {
      return text;
    }
    String result = maySayASecret(text) ? withoutSecrets(text) : text;
    return cards ? cards(result) : result;
  }

  /** Most texts have none of these, and the expression is the expensive part. */
  private static boolean maySayASecret(String text) {
    return (text.indexOf('@') >= 0 || hasStem(text)) && mayHoldAValue(text);
  }

  /** Each name and scheme of {@link #SECRET} has one of these in it, in any case. */
  private static boolean hasStem(String text) {
    int three = 0;
    for (int i = 0; i < text.length(); i++) {
      three = (three << 8 | (text.charAt(i) | 0x20) & 0xff) & 0xffffff;
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
        case 'a' << 16 | 'u' << 8 | 't': // authorization
        case 'b' << 16 | 'e' << 8 | 'a': // bearer
        case 'b' << 16 | 'a' << 8 | 's': // basic
        case 'e' << 16 | 'y' << 8 | 'j':
          return true;
        default:
      }
    }
    return false;
  }

  private static boolean mayHoldAValue(String text) {
    return text.indexOf('=') >= 0
        || text.indexOf(':') >= 0
        || text.indexOf("</") >= 0
        || text.indexOf("%3") >= 0
        || text.indexOf("earer ") >= 0
        || text.indexOf("EARER ") >= 0
        || text.indexOf("asic ") >= 0
        || text.indexOf("ASIC ") >= 0
        || text.indexOf("eyJ") >= 0
        || text.indexOf(KEY_BEGINS) >= 0;
  }

  /** Looks at each character a bounded number of times, so that a long text is no stall. */
  private static String withoutSecrets(String text) {
    Matcher matcher = SECRET.matcher(text);
    StringBuilder out = new StringBuilder();
    int copied = 0;
    for (int from = 0; matcher.find(from); from = Math.max(copied, matcher.end())) {
      int group = NAME;
      while (matcher.start(group) < 0) {
        group++;
      }
      int open = group <= LINE ? quoteAt(text, matcher.end(group)) : -1;
      int begin = open >= 0 ? open + 1 : matcher.end(group);
      if (text.startsWith(REDACTED, begin) || (group == SCHEME && isProse(text, matcher))) {
        continue;
      }
      int end =
          open >= 0
              ? closingQuote(text, open, open - matcher.end(group))
              : endOfUnquoted(text, matcher, group, begin);
      if (end > begin) {
        out.append(text, copied, begin).append(REDACTED);
        copied = end;
      }
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
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
    int ampersand = text.substring(begin, end).indexOf("%26");
    return ampersand < 0 ? end : begin + ampersand;
  }

  private static int endOf(String text, int begin, String after) {
    int end = begin;
    while (end < text.length() && after.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  private static String cards(String text) {
    Matcher matcher = CARD.matcher(text);
    StringBuffer out = new StringBuffer();
    boolean changed = false;
    while (matcher.find()) {
      if (passesLuhn(matcher.group())) {
        matcher.appendReplacement(out, Matcher.quoteReplacement(REDACTED));
        changed = true;
      }
    }
    return changed ? matcher.appendTail(out).toString() : text;
  }

  /** ISO/IEC 7812-1, annex B. */
  private static boolean passesLuhn(String number) {
    int sum = 0;
    boolean twice = false;
    for (int i = number.length() - 1; i >= 0; i--) {
      int digit = number.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        continue;
      }
      int value = twice ? digit * 2 : digit;
      sum += value > 9 ? value - 9 : value;
      twice = !twice;
    }
    return sum % 10 == 0;
  }

  /** The same instance when nothing had to be replaced. */
  Attributes attributes(Attributes attributes) {
    if (!on) {
      return attributes;
    }
    AttributesBuilder changed = null;
    for (Map.Entry<AttributeKey<?>, Object> entry : attributes.asMap().entrySet()) {
      Object clean = value(entry.getKey(), entry.getValue());
      if (clean != entry.getValue()) {
        changed = changed == null ? attributes.toBuilder() : changed;
        put(changed, entry.getKey(), clean);
      }
    }
    return changed == null ? attributes : changed.build();
  }

  private Object value(AttributeKey<?> key, Object value) {
    if (isSecretKey(key.getKey())) {
      return value instanceof List && key.getType() == AttributeType.STRING_ARRAY
          ? Collections.nCopies(((List<?>) value).size(), REDACTED)
          : REDACTED;
    }
    switch (key.getType()) {
      case STRING:
        return text((String) value);
      case STRING_ARRAY:
        List<String> clean = new ArrayList<>();
        boolean changed = false;
        for (Object each : (List<?>) value) {
          String one = each == null ? null : text((String) each); // OpenTelemetry allows that
          changed |= one != each;
          clean.add(one);
        }
        return changed ? clean : value;
      case VALUE:
        String text = ((Value<?>) value).asString();
        String cleanText = text(text);
        return cleanText.equals(text) ? value : cleanText;
      default:
        return value;
    }
  }

  private boolean isSecretKey(String key) {
    Boolean known = secretKeys.get(key);
    if (known == null) {
      known = isSecret(key);
      if (secretKeys.size() >= MAX_KEYS) {
        secretKeys.clear();
      }
      secretKeys.put(key, known);
    }
    return known;
  }

  /** {@code dbPassword} is {@code db_Password} here. */
  private static boolean isSecret(String name) {
    return SECRET_NAME.matcher(name).matches()
        || (name.chars().anyMatch(Character::isUpperCase)
            && SECRET_NAME.matcher(CAMEL.matcher(name).replaceAll("_")).matches());
  }

  /** Under the same name; what was no text is one now. */
  @SuppressWarnings("unchecked")
  private static void put(AttributesBuilder builder, AttributeKey<?> key, Object value) {
    if (value instanceof String) {
      builder.remove(key).put(AttributeKey.stringKey(key.getKey()), (String) value);
    } else {
      builder.put((AttributeKey<Object>) key, value);
    }
  }
}
