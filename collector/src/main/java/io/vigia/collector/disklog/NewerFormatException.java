package io.vigia.collector.disklog;

import java.io.IOException;

/** A file was written by a newer version of this program; it is left untouched. */
public final class NewerFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  NewerFormatException(Object file, int found, int known) {
    super(
        file
            + " has format version "
            + found
            + ", this program knows up to "
            + known
            + ": run the newer program, or give this one another data directory");
  }
}
