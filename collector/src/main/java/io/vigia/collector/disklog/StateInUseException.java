package io.vigia.collector.disklog;

import java.io.IOException;
import java.nio.file.Path;

/** Another process works with the directory. */
public final class StateInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  StateInUseException(Path path) {
    super(
        path
            + " is in use by another process: stop that one, or give this one another data"
            + " directory, or a name of its own with instance:");
  }
}
