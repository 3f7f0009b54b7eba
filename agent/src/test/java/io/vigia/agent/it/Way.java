package io.vigia.agent.it;

/** How OTLP travels. */
enum Way {
  HTTP("OTLP/HTTP"),
  GRPC("OTLP/gRPC");

  /** As the verdict says it. */
  final String words;

  Way(String words) {
    this.words = words;
  }
}
