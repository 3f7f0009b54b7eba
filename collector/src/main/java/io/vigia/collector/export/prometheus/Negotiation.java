package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.RemoteWriteExporter.NativeHistograms;
import io.vigia.collector.export.prometheus.RemoteWriteExporter.Version;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server understands, found out with requests that carry no data, and remembered until
 * this process ends. Used by one batch at a time.
 *
 * <p>Data is not sent to find out: a receiver of 1.0 looks at no header, reads 2.0 as a request
 * with unknown fields only, stores nothing and answers 204. Source: prometheus.io, "Prometheus
 * Remote-Write 2.0 specification", Protocol and Required Written Response Headers.
 */
final class Negotiation {
  private static final Logger log = LoggerFactory.getLogger(Negotiation.class);
  private static final Pattern NO_NATIVE =
      Pattern.compile(
          "native histograms? (?:is|are) (?:disabled|not (?:enabled|supported|allowed))",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern KNOWS_HISTOGRAMS =
      Pattern.compile("histogram|bucket", Pattern.CASE_INSENSITIVE);

  /** Sends a body of version 2.0 or 1.0. */
  interface Sender {
    CompletableFuture<HttpAnswer> send(ProtoWriter body, boolean v2);
  }

  /** What the next request may use. */
  record Agreed(boolean v2, boolean nativeHistograms) {}

  /** What a receiver of 2.0 says it wrote. */
  record Written(long samples, long exemplars) {
    /** Null when the answer has none of the headers: not from a receiver of 2.0. */
    static @Nullable Written of(HttpAnswer answer) {
      String samples = answer.header("x-prometheus-remote-write-samples-written");
      String histograms = answer.header("x-prometheus-remote-write-histograms-written");
      String exemplars = answer.header("x-prometheus-remote-write-exemplars-written");
      return samples == null && histograms == null && exemplars == null
          ? null
          : new Written(number(samples) + number(histograms), number(exemplars));
    }

    private static long number(@Nullable String header) {
      try {
        return header == null ? 0 : Long.parseLong(header.trim());
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }

  private final String url;
  private final Version version;
  private @Nullable Boolean v2;
  private @Nullable Boolean takesNative;

  Negotiation(String url, Version version, NativeHistograms nativeHistograms) {
    this.url = url;
    this.version = version;
    v2 = version == Version.AUTO ? null : (Boolean) (version == Version.V2);
    takesNative =
        nativeHistograms == NativeHistograms.AUTO
            ? null
            : (Boolean) (nativeHistograms == NativeHistograms.ON);
  }

  /** Asks what is not known yet; fails as the sender does. */
  CompletableFuture<Agreed> agree(Sender sender) {
    return version(sender)
        .thenCompose(
            two -> nativeHistograms(sender, two).thenApply(natives -> new Agreed(two, natives)));
  }

  /** Asks again whether it knows 2.0: it may be another server by now. */
  CompletableFuture<Agreed> agreeAnew(Sender sender) {
    if (version == Version.AUTO) {
      v2 = null;
    }
    return agree(sender);
  }

  private CompletableFuture<Boolean> version(Sender sender) {
    Boolean known = v2;
    if (known != null) {
      return CompletableFuture.completedFuture(known);
    }
    return sender
        .send(new WriteRequestV2().encode(java.util.Map.of()), true)
        .thenApply(
            answer -> {
              int status = answer.status();
              if (answer.isAboutTheWay()) {
                return false; // not the server
              } else if (status / 100 == 2) {
                v2 = Written.of(answer) != null;
              } else if (status == 400 || status == 406 || status == 415 || status == 422) {
                v2 = false;
              } else {
                return false; // busy, or no entry: the request itself will show
              }
              log.info("{} takes remote write {}", url, v2 ? "2.0" : "1.0");
              return v2;
            });
  }

  /** Receivers of 2.0 have histograms by specification; one of 1.0 is shown an impossible one. */
  private CompletableFuture<Boolean> nativeHistograms(Sender sender, boolean two) {
    Boolean known = takesNative;
    if (known != null || two) {
      return CompletableFuture.completedFuture(known == null || known);
    }
    return sender
        .send(impossibleHistogram(), false)
        .thenApply(
            answer -> {
              if (answer.isAboutTheWay()) {
                return false;
              } else if (answer.status() / 100 == 2 || refusesNative(answer)) {
                takesNative = false;
              } else if (KNOWS_HISTOGRAMS.matcher(answer.excerpt()).find()) {
                takesNative = true;
              } else {
                return false;
              }
              log.info("{} takes {} histograms", url, takesNative ? "native" : "no native");
              return takesNative;
            });
  }

  /**
   * One observation in a bucket, none in all: who reads it refuses it as a histogram, who does not
   * sees a series without samples, which is nothing.
   */
  private static ProtoWriter impossibleHistogram() {
    ProtoWriter out = new ProtoWriter();
    int series = out.begin(1 << 3 | ProtoReader.LEN);
    int label = out.begin(1 << 3 | ProtoReader.LEN);
    out.string(1 << 3 | ProtoReader.LEN, "__name__");
    out.string(2 << 3 | ProtoReader.LEN, "vigia_probe");
    out.end(label);
    NativeHistogram.IMPOSSIBLE.write(out, 4 << 3 | ProtoReader.LEN, System.currentTimeMillis(), 0);
    out.end(series);
    return out;
  }

  /** Whether the server says that it has native histograms switched off. */
  static boolean refusesNative(HttpAnswer answer) {
    return answer.status() / 100 != 2 && NO_NATIVE.matcher(answer.excerpt()).find();
  }

  /** Goes on with classic buckets. */
  void withoutNative(HttpAnswer answer) {
    takesNative = false;
    log.warn(
        "{} refuses native histograms ({}); exponential histograms go as classic buckets from now"
            + " on",
        url,
        answer.excerpt());
  }

  /**
   * Goes on with 1.0 when the settings allow.
   *
   * @param answer what a server of 2.0 would not have said
   */
  boolean withoutV2(HttpAnswer answer) {
    if (version == Version.V2) {
      return false;
    }
    v2 = false;
    log.warn(
        "{} took remote write 2.0 before, now answers {} without saying what it wrote; going on"
            + " with 1.0",
        url,
        answer.status());
    return true;
  }
}
