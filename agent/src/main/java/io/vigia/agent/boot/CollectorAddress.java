package io.vigia.agent.boot;

import java.net.URI;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the collector is, found without settings. The first that is given wins: {@code
 * VIGIA_COLLECTOR} (host, host:port or URL), {@code OTEL_EXPORTER_OTLP_ENDPOINT}, the node's
 * address ({@code VIGIA_HOST_IP}, {@code HOST_IP} from the Kubernetes downward API), localhost.
 * Each variable has a system property of the same meaning ({@code vigia.collector}), which goes
 * before the variable; after it, the property in upstream's configuration file.
 *
 * <p>Immutable; reads nothing but what it is given.
 */
public final class CollectorAddress {

  static final int OTLP_HTTP_PORT = 4318;
  static final int OTLP_GRPC_PORT = 4317;
  static final int FORWARD_PORT = 24224;

  private final URI otlp;
  private final URI otherOtlp;
  private final String source;
  private final String forwardHost;
  private final int forwardPort;

  private CollectorAddress(
      URI otlp, URI otherOtlp, String source, String forwardHost, int forwardPort) {
    this.otlp = otlp;
    this.otherOtlp = otherOtlp;
    this.source = source;
    this.forwardHost = forwardHost;
    this.forwardPort = forwardPort;
  }

  /** Reads this process's system properties, environment and configuration file. */
  public static CollectorAddress find() {
    return find(System::getProperty, System::getenv, ConfigurationFile::value);
  }

  public static CollectorAddress find(
      Function<String, @Nullable String> properties, Function<String, @Nullable String> env) {
    return find(properties, env, property -> null);
  }

  /**
   * @throws UnreadableForwardException if that of the forward protocol alone cannot be read
   * @throws IllegalArgumentException if an address cannot be read; the message names the setting
   */
  private static CollectorAddress find(
      Function<String, @Nullable String> properties,
      Function<String, @Nullable String> env,
      Function<String, @Nullable String> file) {
    String[] given = {"localhost", "default"};
    String[] protocol = given("otel.exporter.otlp.protocol", properties, env, file);
    // each has its own, and not every collector speaks both on both
    boolean grpc = protocol != null && protocol[0].equals("grpc");
    String[] candidates = {
      "vigia.collector", "otel.exporter.otlp.endpoint", "vigia.host.ip", "host.ip"
    };
    for (String property : candidates) {
      String[] found = given(property, properties, env, file);
      if (found != null) {
        given = found;
        break;
      }
    }
    String source = given[1];
    URI otlp = parse(source, given[0], grpc ? OTLP_GRPC_PORT : OTLP_HTTP_PORT);
    URI other = parse(source, given[0], grpc ? OTLP_HTTP_PORT : OTLP_GRPC_PORT);
    CollectorAddress withoutForward =
        new CollectorAddress(otlp, other, source, hostOf(otlp), FORWARD_PORT);
    String[] forward = given("vigia.forward", properties, env, file);
    if (forward == null) {
      return withoutForward;
    }
    try {
      URI address = parse("VIGIA_FORWARD", forward[0], FORWARD_PORT);
      return new CollectorAddress(otlp, other, source, hostOf(address), UrlHost.port(address));
    } catch (IllegalArgumentException e) {
      throw new UnreadableForwardException(e, withoutForward);
    }
  }

  /** What is set and where, or {@code null}. */
  private static String @Nullable [] given(
      String property,
      Function<String, @Nullable String> properties,
      Function<String, @Nullable String> env,
      Function<String, @Nullable String> file) {
    String variable = property.toUpperCase(Locale.ROOT).replace('.', '_');
    String[] values = {properties.apply(property), env.apply(variable), file.apply(property)};
    for (int i = 0; i < values.length; i++) {
      String value = values[i];
      if (value != null && !isBlank(value)) {
        return new String[] {value.trim(), i == 1 ? variable : property};
      }
    }
    return null;
  }

  /**
   * The same, but for an upstream endpoint that only the SDK knows (from an extension): it goes
   * before the default.
   */
  public static CollectorAddress find(@Nullable String configuredEndpoint) {
    return find(
        name -> {
          String value = System.getProperty(name);
          return isBlank(value) && name.equals("otel.exporter.otlp.endpoint")
              ? configuredEndpoint
              : value;
        },
        System::getenv,
        ConfigurationFile::value);
  }

  /**
   * The same where upstream's settings do not count, because a configuration in YAML is in their
   * place (OpenTelemetry specification, "Declarative configuration": other variables are ignored).
   */
  public static CollectorAddress findWithoutUpstreams() {
    return find(
        name -> isUpstreams(name) ? null : System.getProperty(name),
        name -> isUpstreams(name) ? null : System.getenv(name),
        name -> isUpstreams(name) ? null : ConfigurationFile.value(name));
  }

  /** What is set for the forward protocol alone is no address: the others are known. */
  public static final class UnreadableForwardException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private final transient CollectorAddress withoutIt;

    UnreadableForwardException(IllegalArgumentException cause, CollectorAddress withoutIt) {
      super(cause.getMessage(), cause);
      this.withoutIt = withoutIt;
    }

    /** As if it had not been set. */
    public CollectorAddress withoutIt() {
      return withoutIt;
    }
  }

  private static URI parse(String name, String value, int defaultPort) {
    String url = value.contains("://") ? value : "http://" + bracketed(value);
    try {
      URI uri = URI.create(url);
      String host = UrlHost.of(uri);
      if (host == null || !uri.getScheme().matches("(?i)https?")) {
        throw new IllegalArgumentException("no host in it, or another scheme");
      }
      int port = UrlHost.port(uri);
      if (port == 0 || port > 0xffff) {
        throw new IllegalArgumentException("no such port");
      }
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      if (port < 0 && value.contains("://") && (scheme.equals("https") || isUpstreams(name))) {
        port = scheme.equals("https") ? 443 : 80; // what the SDK takes it for
      }
      if (port < 0) {
        port = defaultPort;
      }
      String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("/+$", "");
      return new URI(scheme, UrlHost.authority(host, port), path, null, null);
    } catch (IllegalArgumentException | java.net.URISyntaxException e) {
      // the value is not repeated: a URL may carry a password
      throw new IllegalArgumentException(
          name + " is not an address (host, host:port or http://host:port)", e);
    }
  }

  /** An IPv6 address without brackets has several colons. */
  private static String bracketed(String value) {
    boolean ipv6 = value.indexOf(':') != value.lastIndexOf(':') && !value.startsWith("[");
    return ipv6 ? "[" + value + "]" : value;
  }

  /** Host without the brackets of an IPv6 address. */
  static String hostOf(URI uri) {
    return String.valueOf(UrlHost.of(uri));
  }

  private static boolean isBlank(@Nullable String value) {
    return value == null || value.trim().isEmpty();
  }

  /** Base URL for OTLP, always with a port: {@code http://host:4318}. */
  public URI otlp() {
    return otlp;
  }

  /**
   * For the protocol of OTLP, HTTP or gRPC, that {@link #otlp} is not for: the same if the port was
   * given.
   */
  public URI otherOtlp() {
    return otherOtlp;
  }

  /** For questions by HTTP: where the port says gRPC, the registered one beside it. */
  public URI http() {
    return isGrpc()
        ? URI.create(otlp.getScheme() + "://" + UrlHost.authority(hostOf(otlp), OTLP_HTTP_PORT))
        : otlp;
  }

  /** Whether the port says gRPC (4317, the registered one) and not HTTP. */
  public boolean isGrpc() {
    return UrlHost.port(otlp) == OTLP_GRPC_PORT;
  }

  /** The setting that the address came from, or {@code default}. */
  public String source() {
    return source;
  }

  /** Whether the address was given by a setting that goes before the upstream one. */
  public boolean isOurSetting() {
    return !isUpstreams(source);
  }

  private static boolean isUpstreams(String setting) {
    return setting.startsWith("otel.") || setting.startsWith("OTEL_");
  }

  /** Host for the forward protocol, without brackets. */
  public String forwardHost() {
    return forwardHost;
  }

  public int forwardPort() {
    return forwardPort;
  }

  /** {@code host:port} for the forward protocol. */
  public String forward() {
    return UrlHost.authority(forwardHost, forwardPort);
  }
}
