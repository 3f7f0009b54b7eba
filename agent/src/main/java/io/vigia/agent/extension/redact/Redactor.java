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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces well-known secrets in text ({@link SecretsInText}) and attributes by {@value #REDACTED}:
 * also values of attributes whose names say so; card numbers (13 to 19 digits that pass the Luhn
 * check) when asked. Best effort: it cannot know a secret that nobody names. Thread-safe.
 */
public final class Redactor {

  public static final String REDACTED = "[redacted]";

  /** A name, or its last part: {@code db.password}, {@code http.request.header.cookie}. */
  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?:.*[._-])?(?:"
              + SecretsInText.WORDS
              + "|client_?secret|token|authorization|proxy-authorization|cookie|set-cookie"
              + "|x-api-key|x-auth-token)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CAMEL = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  /** Digits, in groups perhaps; other numbers may be before and behind, as a month of expiry is. */
  private static final Pattern DIGITS = Pattern.compile("(?<![0-9-])[0-9](?:[ +-]?[0-9]){12,}+");

  /** As cards have it printed. */
  private static final Pattern CARD =
      Pattern.compile("[0-9]{13,19}|[0-9]{4}(?:[ +-][0-9]{3,6}){2,4}");

  private static final int MIN_CARD = 13;

  /** 19 digits, each in a group of its own. */
  private static final int MAX_CARD = 37;

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
    String result = SecretsInText.replaced(text);
    return cards ? cards(result) : result;
  }

  private static String cards(String text) {
    Matcher digits = DIGITS.matcher(text);
    StringBuilder out = new StringBuilder();
    int copied = 0;
    while (digits.find()) {
      boolean isPart = digits.end() < text.length() && text.charAt(digits.end()) == '-';
      for (int begin = digits.start(); begin < digits.end() && !isPart; begin++) {
        boolean isGroup = begin == digits.start() || !isDigit(text.charAt(begin - 1));
        int end = isGroup ? endOfCard(text, begin, digits) : begin;
        if (end > begin) {
          out.append(text, copied, begin).append(REDACTED);
          copied = end;
          begin = end;
        }
      }
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
  }

  /** Of the longest one that begins with a group of these digits; its begin if there is none. */
  private static int endOfCard(String text, int begin, Matcher digits) {
    for (int end = Math.min(digits.end(), begin + MAX_CARD); end >= begin + MIN_CARD; end--) {
      if (end == digits.end() || !isDigit(text.charAt(end))) {
        String number = text.substring(begin, end);
        boolean isAll = begin == digits.start() && end == digits.end();
        if ((isAll || CARD.matcher(number).matches()) && passesLuhn(number)) {
          return end;
        }
      }
    }
    return begin;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** ISO/IEC 7812-1, annex B. */
  private static boolean passesLuhn(String number) {
    int sum = 0;
    int digits = 0;
    boolean twice = false;
    for (int i = number.length() - 1; i >= 0; i--) {
      if (!isDigit(number.charAt(i))) {
        continue;
      }
      digits++;
      int digit = number.charAt(i) - '0';
      int value = twice ? digit * 2 : digit;
      sum += value > 9 ? value - 9 : value;
      twice = !twice;
    }
    return sum % 10 == 0 && digits >= 13 && digits <= 19;
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
      case LONG:
        String number = cards ? String.valueOf(value) : "";
        return cards && cards(number) != number ? REDACTED : value;
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
