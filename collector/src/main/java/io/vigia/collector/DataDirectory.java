package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The directory of disk log, cursors and embedded store. */
final class DataDirectory {
  private DataDirectory() {}

  /** Makes it when it is missing. */
  static void prepare(CollectorConfig config) throws ConfigException {
    Path data = config.data();
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new ConfigException(
          config.dataWhere(),
          "the directory "
              + data.toAbsolutePath()
              + " cannot be made ("
              + e.getClass().getSimpleName()
              + "); choose another with data: or change its owner");
    }
    if (!Files.isWritable(data)) {
      throw new ConfigException(
          config.dataWhere(),
          "the directory "
              + data.toAbsolutePath()
              + " cannot be written by this user; choose another with data: or change its owner");
    }
  }
}
