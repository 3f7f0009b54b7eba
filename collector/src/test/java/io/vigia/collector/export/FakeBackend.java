package io.vigia.collector.export;

import org.jspecify.annotations.Nullable;

/** A backend that does as it is told. */
public interface FakeBackend extends AutoCloseable {
  /** What it does with a request of telemetry. */
  enum Reply {
    /** Takes it. */
    OK,
    /** Cannot now, says when to come back: 2 s. */
    OVERLOADED,
    /** The data is wrong. */
    REFUSED,
    /** Who are you? */
    UNAUTHORIZED,
    /** Reads the request and says nothing. */
    HANG,
    /** Answers something else. */
    GARBAGE,
    /** Begins an answer (or not) and hangs up. */
    CUT
  }

  String url();

  /** What to do with the requests to come; the last one is repeated. */
  void replies(Reply... replies);

  /** Requests of telemetry seen so far. */
  int requests();

  /** Of the last request of telemetry; null when it had none of that name. */
  @Nullable String header(String name);

  @Override
  void close();
}
