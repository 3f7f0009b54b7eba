package io.vigia.agent.extension.redact;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces well-known secrets in text and attributes by {@value #REDACTED}: values of attributes
 * whose names say so, {@code password=…} and the like in query strings, JSON and prose, bearer and
 * basic credentials, user and password in URLs; card numbers (13 to 19 digits that pass the Luhn
 * check) when asked. Best effort: it cannot know a secret that nobody names. Thread-safe.
 */
public final class Redactor {

  static final String REDACTED = "[redacted]";

  private static final String WORDS =
      "(?:passw(?:or)?d|passphrase|pwd|secret|client_?secret|api_?-?key|access_?key"
          + "|(?:access|refresh|id|auth|session|csrf|bearer)[_-]?token|private_?key|jsessionid"
          + "|x-amz-signature|x-amz-credential|signature|sig)";

  /** A name, or its last part: {@code db.password}, {@code http.request.header.cookie}. */
  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?:.*[._-])?(?:"
              + WORDS
              + "|token|authorization|proxy-authorization|cookie|set-cookie"
              + "|x-api-key|x-auth-token)",
          Pattern.CASE_INSENSITIVE);

  /** The name with what stands between it and the value, the value. */
  private static final Pattern NAMED =
      Pattern.compile(
          "((?:"
              + WORDS
              + "\"?'?\\s*[=:]|token=|\"token\"\\s*:)\\s*[\"']?)(?!\\[redacted])[^\\s&;,\"'}\\])]+"
              + "|((?:\\bbearer|\\bbasic)\\s+)[a-z0-9._~+/=-]{8,}"
              + "|((?:set-)?cookie\"?\\s*:\\s*\"?)[^\"\\r\\n]+"
              + "|(://[^/\\s:@?#]{1,256}:)[^/\\s@?#]{1,256}(?=@)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CARD =
      Pattern.compile("(?<![0-9-])[0-9](?:[ -]?[0-9]){12,18}(?![0-9-])");

  /** Longer texts are looked at up to here; a secret beyond is left, a stall is not. */
  private static final int MAX_CHARS = 64 << 10;

  private final boolean cards;

  public Redactor(boolean cards) {
    this.cards = cards;
  }

  /** The same instance when nothing had to be replaced. */
  String text(String text) {
    if (text.length() > MAX_CHARS) {
      String head = text.substring(0, MAX_CHARS);
      String clean = text(head);
      return clean.equals(head) ? text : clean + text.substring(MAX_CHARS);
    }
    String result = text;
    if (maySayASecret(text)) {
      Matcher matcher = NAMED.matcher(text);
      if (matcher.find()) {
        StringBuffer out = new StringBuffer(text.length());
        do {
          matcher.appendReplacement(out, Matcher.quoteReplacement(prefix(matcher) + REDACTED));
        } while (matcher.find());
        result = matcher.appendTail(out).toString();
      }
    }
    return cards ? cards(result) : result;
  }

  /** Most texts have none of these, and the expression is the expensive part. */
  private static boolean maySayASecret(String text) {
    return text.indexOf('=') >= 0
        || text.indexOf(':') >= 0
        || text.indexOf("earer ") >= 0
        || text.indexOf("asic ") >= 0;
  }

  private static String prefix(Matcher matcher) {
    for (int i = 1; i <= matcher.groupCount(); i++) {
      if (matcher.group(i) != null) {
        return matcher.group(i);
      }
    }
    return "";
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
    boolean secret = SECRET_NAME.matcher(key.getKey()).matches();
    if (key.getType() == AttributeType.STRING) {
      return secret ? REDACTED : text((String) value);
    }
    if (key.getType() == AttributeType.STRING_ARRAY) {
      List<String> clean = new ArrayList<>();
      boolean changed = false;
      for (Object each : (List<?>) value) {
        String one = secret ? REDACTED : text((String) each);
        changed |= one != each;
        clean.add(one);
      }
      return changed ? clean : value;
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  private static void put(AttributesBuilder builder, AttributeKey<?> key, Object value) {
    builder.put((AttributeKey<Object>) key, value);
  }
}
