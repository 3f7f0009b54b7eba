package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Setting;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What all exporters of this process share: one spool, one health. The SDK creates senders by name,
 * so it cannot be passed to them. Thread-safe.
 */
public final class Exports {

  private static final long DEFAULT_MAX_BYTES = 64L << 20;

  private static final List<Outbox> OUTBOXES = new CopyOnWriteArrayList<>();

  /** Addresses of the collector's where a configuration in YAML names none. */
  private static final Set<URI> FILLED_IN = new CopyOnWriteArraySet<>();

  private static volatile SignalAddresses addresses = SignalAddresses.of(name -> null);

  private static boolean declared;
  private static @Nullable Spool spool;
  private static @Nullable ExportHealth health;

  /** Prepares the spool; what earlier processes left is for {@link Adoption}. Called once. */
  public static synchronized void start(CollectorAddress address) {
    declared = false;
    start(address.otlp().toString());
  }

  private static void start(String collector) {
    health = new ExportHealth(collector);
    spool = openSpool();
  }

  /** A configuration in YAML makes exporters, and calls nobody who customizes before. */
  private static void startUnlessDone() {
    if (spool == null) {
      declared = true;
      start("of otel.config.file");
    }
  }

  /** Whether a configuration in YAML says what is sent, and where. */
  static synchronized boolean isDeclared() {
    startUnlessDone();
    return declared;
  }

  /**
   * What the SDK's configuration says of single signals; before any exporter is made.
   *
   * @param config value of a setting of the SDK, or null
   */
  public static void configured(Function<String, @Nullable String> config) {
    addresses = SignalAddresses.of(config);
  }

  /** The signal that the SDK's configuration sends to this address, or null. */
  static @Nullable String signal(URI url) {
    return addresses.signal(url);
  }

  /** Where a configuration in YAML names no address, exports of OTLP go to this one. */
  public static void filledIn(URI url) {
    FILLED_IN.add(url);
  }

  /**
   * Whether the collector's token ({@code vigia.token.file}) is for who is at an address: not where
   * headers are given for this exporter alone, which then are the credentials for somebody else.
   *
   * @param given the exporter's own headers
   */
  static boolean isTokenFor(URI url, String signal, @Nullable Map<String, List<String>> given) {
    if (!isDeclared()) {
      return !addresses.isAnothers(signal);
    }
    return given == null
        || FILLED_IN.contains(url)
        || given.keySet().stream().allMatch("user-agent"::equalsIgnoreCase);
  }

  /**
   * One for each exporter of OTLP. A configuration in YAML may have several of a signal: what one
   * could not deliver waits under its own name, because it is not for the other's collector.
   *
   * @param to its address
   */
  static synchronized Outbox outbox(String signal, URI to, Outbox.Transport transport) {
    return outbox(isSent(signal) ? stream(to) : signal, transport);
  }

  /** For what is sent to an address, and is of no known signal or not the first of its signal. */
  static String stream(URI to) {
    return "custom" + Integer.toHexString(to.hashCode());
  }

  /** One for each stream; the transport is used under the outbox's lock only. */
  public static synchronized Outbox outbox(String stream, Outbox.Transport transport) {
    Outbox outbox = new Outbox(stream, transport, spool(), health());
    OUTBOXES.add(outbox);
    return outbox;
  }

  /** Whether payloads of this stream leave from here. */
  static boolean isSent(String stream) {
    return OUTBOXES.stream().anyMatch(outbox -> outbox.stream().equals(stream));
  }

  /**
   * Lets every stream deliver what waits for it. Called after each export, so that a stream without
   * news (no requests, hence no spans) hands over what an earlier process left.
   */
  static void handOver() {
    if (!spool().isEmpty()) {
      OUTBOXES.forEach(Outbox::handOver);
    }
  }

  public static synchronized ExportHealth health() {
    startUnlessDone();
    return Objects.requireNonNull(health);
  }

  public static synchronized Spool spool() {
    startUnlessDone();
    return Objects.requireNonNull(spool);
  }

  /**
   * Says and counts what an exporter could not export because of a failure of ours or the JVM's.
   *
   * @return for the exporter to return: nothing that is thrown comes out of it
   */
  public static CompletableResultCode failed(String stream, int items, Throwable failure) {
    try {
      Console.harmless(failure);
      health().dropped(stream, failure.getClass().getSimpleName(), items);
    } catch (Throwable again) {
      // there is no memory to say it, either
    }
    return CompletableResultCode.ofFailure();
  }

  private static Spool openSpool() {
    try {
      String root = Setting.SPILL_DIR.value();
      Path path =
          root == null
              ? new File(
                      System.getProperty("java.io.tmpdir", "."),
                      "vigia-spill-" + System.getProperty("user.name", "unknown"))
                  .toPath()
              : new File(root).toPath();
      // the start time first, so that the oldest process comes first; no two share a random part
      String instance =
          System.currentTimeMillis()
              + "-"
              + Long.toHexString(RandomId.uuid().getLeastSignificantBits());
      return new Spool(
          new SpoolDirectory(path, instance), Setting.SPILL_MAX_BYTES.number(DEFAULT_MAX_BYTES));
    } catch (RuntimeException e) {
      // a security manager, a path that is none: memory has to do
      return new Spool(null, 0);
    }
  }

  private Exports() {}
}
