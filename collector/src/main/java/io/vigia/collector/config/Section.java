package io.vigia.collector.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML mapping that is read key by key. Every key asked for is a known key; {@link #finish} fails
 * for the ones that were there and never asked for, and names the nearest known.
 */
final class Section {
  static final int MOST_PORT = 65535;

  private record Entry(Node key, Node value) {}

  private final Where where;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();
  private final Environment environment;

  /**
   * @param node null for an absent or empty section
   */
  Section(Where where, @Nullable Node node, Environment environment) throws ConfigException {
    this.where = where;
    this.environment = environment;
    if (node == null || isNull(node)) {
      return;
    }
    if (!(node instanceof MappingNode mapping)) {
      throw new ConfigException(
          at(where.path(), node),
          // the value may be a header with a secret: this line may go to any log
          "expected keys and values here, found "
              + (node instanceof ScalarNode ? "a single value" : kind(node)));
    }
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar)) {
        throw new ConfigException(at(where.path(), key), "a key must be a plain word");
      }
      if (entries.put(scalar.getValue(), new Entry(key, tuple.getValueNode())) != null) {
        throw new ConfigException(
            at(path(scalar.getValue()), key), "given twice; remove one of the two");
      }
    }
  }

  Where where() {
    return where;
  }

  boolean has(String key) {
    asked.add(key);
    return entries.containsKey(key);
  }

  /** Whether the key is there with the value {@code false} or {@code off}. */
  boolean isOff(String key) throws ConfigException {
    asked.add(key);
    Entry entry = entries.get(key);
    return entry != null
        && entry.value instanceof ScalarNode scalar
        && List.of("false", "off", "no").contains(scalar.getValue());
  }

  Set<String> keys() {
    return entries.keySet();
  }

  Where at(String key) {
    Entry entry = entries.get(key);
    return entry == null
        ? new Where(where.file(), where.line(), where.column(), path(key))
        : at(path(key), entry.value);
  }

  Section section(String key) throws ConfigException {
    asked.add(key);
    Entry entry = entries.get(key);
    Where place = entry == null ? at(key) : at(path(key), entry.key);
    return new Section(place, entry == null ? null : entry.value, environment);
  }

  @Nullable String string(String key) throws ConfigException {
    asked.add(key);
    Entry entry = entries.get(key);
    if (entry == null || isNull(entry.value)) {
      return null;
    }
    if (!(entry.value instanceof ScalarNode scalar)) {
      throw new ConfigException(at(key), "expected one value, found " + kind(entry.value));
    }
    return environment.expand(scalar.getValue(), at(key));
  }

  String string(String key, String otherwise) throws ConfigException {
    String value = string(key);
    return value == null ? otherwise : value;
  }

  String required(String key, String example) throws ConfigException {
    String value = string(key);
    if (value == null || value.isBlank()) {
      throw new ConfigException(
          where, "\"" + key + "\" is missing; add it, e.g. " + key + ": " + example);
    }
    return value;
  }

  /** One of these words; the first when the key is not there. */
  String choice(String key, String... words) throws ConfigException {
    String value = string(key, words[0]);
    if (!List.of(words).contains(value)) {
      throw new ConfigException(
          at(key), "\"" + value + "\" is none of " + String.join(", ", words));
    }
    return value;
  }

  boolean flag(String key, boolean otherwise) throws ConfigException {
    String value = string(key);
    if (value == null) {
      return otherwise;
    }
    return switch (value) {
      case "true", "on", "yes" -> true;
      case "false", "off", "no" -> false;
      default -> throw new ConfigException(at(key), "\"" + value + "\" is not true or false");
    };
  }

  long sizeBytes(String key, long otherwise) throws ConfigException {
    String value = string(key);
    try {
      return value == null ? otherwise : Units.sizeBytes(value);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(at(key), "" + e.getMessage());
    }
  }

  /** The same, but one that is given must not be smaller than that. */
  long sizeBytes(String key, long otherwise, String least) throws ConfigException {
    long bytes = sizeBytes(key, otherwise);
    if (has(key) && bytes < Units.sizeBytes(least)) {
      throw new ConfigException(at(key), "must be at least " + least);
    }
    return bytes;
  }

  /** The same, but one that is given must not be shorter than that. */
  long durationMillis(String key, long otherwise, String least) throws ConfigException {
    long millis = durationMillis(key, otherwise);
    if (has(key) && millis < Units.durationMillis(least)) {
      throw new ConfigException(at(key), "must be at least " + least);
    }
    return millis;
  }

  long durationMillis(String key, long otherwise) throws ConfigException {
    String value = string(key);
    try {
      return value == null ? otherwise : Units.durationMillis(value);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(at(key), "" + e.getMessage());
    }
  }

  /** A whole number without a unit. */
  long count(String key, long otherwise, long least, long most) throws ConfigException {
    String value = string(key);
    if (value == null) {
      return otherwise;
    }
    try {
      long count = Long.parseLong(value);
      if (count >= least && count <= most) {
        return count;
      }
    } catch (NumberFormatException e) {
      // answered below
    }
    throw new ConfigException(
        at(key), "\"" + value + "\" is not a whole number from " + least + " to " + most);
  }

  int percent(String key, int otherwise) throws ConfigException {
    String value = string(key);
    if (value == null) {
      return otherwise;
    }
    try {
      int percent = Integer.parseInt(value.replaceAll("\\s*%$", ""));
      if (value.endsWith("%") && percent >= 1 && percent <= 100) {
        return percent;
      }
    } catch (NumberFormatException e) {
      // answered below
    }
    throw new ConfigException(at(key), "\"" + value + "\" is not a share from 1% to 100%");
  }

  @Nullable Path path(String key, @Nullable Path otherwise) throws ConfigException {
    String value = string(key);
    return value == null ? otherwise : pathOf(key, value);
  }

  /** The path that a key's value is. */
  Path pathOf(String key, String value) throws ConfigException {
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw new ConfigException(
          at(key), "no path that this system knows (" + e.getReason() + "); choose another");
    }
  }

  /** One address or a list of them. */
  List<URI> httpUrls(String key, String example) throws ConfigException {
    Entry entry = entries.get(key);
    if (entry == null || !(entry.value instanceof SequenceNode)) {
      return List.of(httpUrl(key, example));
    }
    List<URI> urls = new ArrayList<>();
    for (String value : Objects.requireNonNullElse(words(key), List.<String>of())) {
      urls.add(httpUrl(key, value, example));
    }
    if (urls.isEmpty()) {
      throw new ConfigException(at(key), "empty; give an address like " + example);
    }
    return urls;
  }

  /** An {@code http} or {@code https} address with a host. */
  URI httpUrl(String key, String example) throws ConfigException {
    return httpUrl(key, required(key, example), example);
  }

  private URI httpUrl(String key, String value, String example) throws ConfigException {
    try {
      URI uri = new URI(value);
      if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && hasHostAndPort(uri)) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // answered below
    }
    int user = value.lastIndexOf('@');
    String hint =
        user < 0 ? "" : "; in user:password write # as %23, / as %2F, % as %25, @ as %40 and so on";
    throw new ConfigException(
        at(key),
        "\""
            + (user < 0 ? value : "…" + value.substring(user)) // this line may go to any log
            + "\" is not an http:// or https:// address, like "
            + example
            + hint);
  }

  /** URI itself finds none in a name with an underscore, as many of Docker Compose's have. */
  private static boolean hasHostAndPort(URI uri) throws URISyntaxException {
    URI known = new URI(uri.toString().replace('_', 'x'));
    return known.getHost() != null && known.getPort() <= MOST_PORT;
  }

  Listen listen(String key, String otherwise) throws ConfigException {
    String value = string(key, otherwise);
    int colon = value.lastIndexOf(':');
    String host = colon < 0 ? "" : value.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = -1;
    try {
      port = Integer.parseInt(value.substring(colon + 1));
    } catch (NumberFormatException e) {
      // answered below
    }
    if (host.isEmpty() || port < 0 || port > MOST_PORT) {
      throw new ConfigException(
          at(key),
          "\""
              + value
              + "\" is not host:port, like 127.0.0.1:4317 (this machine only) or 0.0.0.0:4317 (every"
              + " network)");
    }
    try {
      return new Listen(new InetSocketAddress(InetAddress.getByName(host), port), at(key));
    } catch (UnknownHostException e) {
      throw new ConfigException(
          at(key), "the host \"" + host + "\" is not known here; use an address of this machine");
    }
  }

  @Nullable List<String> words(String key) throws ConfigException {
    asked.add(key);
    Entry entry = entries.get(key);
    if (entry == null || isNull(entry.value)) {
      return null;
    }
    if (!(entry.value instanceof SequenceNode sequence)) {
      throw new ConfigException(
          at(key), "expected a list like [traces, logs], found " + kind(entry.value));
    }
    List<String> words = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      if (!(item instanceof ScalarNode scalar)) {
        throw new ConfigException(at(path(key), item), "expected a word, found " + kind(item));
      }
      words.add(environment.expand(scalar.getValue(), at(path(key), item)));
    }
    return words;
  }

  /** Fails for the first key nobody asked for. */
  void finish() throws ConfigException {
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      if (!asked.contains(entry.getKey())) {
        String in = where.path().isEmpty() ? "" : " in " + where.path();
        Mark mark = entry.getValue().key.getStartMark();
        throw new ConfigException(
            where.file()
                + ":"
                + (mark.getLine() + 1)
                + ":"
                + (mark.getColumn() + 1)
                + ": unknown key \""
                + entry.getKey()
                + "\""
                + in
                + Nearest.hint(entry.getKey(), asked));
      }
    }
  }

  private String path(String key) {
    return where.path().isEmpty() ? key : where.path() + "." + key;
  }

  private Where at(String path, Node node) {
    Mark mark = node.getStartMark();
    return new Where(where.file(), mark.getLine() + 1, mark.getColumn() + 1, path);
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static String kind(Node node) {
    return switch (node.getNodeId()) {
      case mapping -> "keys and values";
      case sequence -> "a list";
      default ->
          node instanceof ScalarNode scalar ? "\"" + scalar.getValue() + "\"" : "something else";
    };
  }
}
