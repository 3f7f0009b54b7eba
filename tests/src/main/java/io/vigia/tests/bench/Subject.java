package io.vigia.tests.bench;

import java.io.IOException;

/** A running collector, ours or a peer's, that takes a workload and brings it to a sink. */
interface Subject extends AutoCloseable {
  /** Printed in the table. */
  String name();

  /** What its acknowledgement and its delivery promise as it is set up here, in one line. */
  String conditions();

  long pid();

  /** Where the workload's protocol is taken. */
  int port(Workload workload);

  /** How often it has called fsync so far; NaN when it does not tell. */
  double syncs();

  @Override
  void close() throws IOException;
}
