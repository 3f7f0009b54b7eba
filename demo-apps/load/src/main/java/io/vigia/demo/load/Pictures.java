package io.vigia.demo.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Where pictures come from. Safe for use by several threads if the generator given is. */
interface Pictures {
  /** The next picture, PNG or JPEG. */
  byte[] next(RandomGenerator random);

  /** Pictures drawn on the spot. */
  static Pictures drawn() {
    return Drawing::png;
  }

  /**
   * Pictures of a directory and those below it, at most a thousand and 64 MiB in all, held in
   * memory.
   *
   * @throws IOException when it cannot be read or holds no .png, .jpg or .jpeg of at most 2 MiB
   */
  static Pictures of(Path directory) throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    long left = 64L * 1024 * 1024;
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files.filter(Pictures::usable).sorted()::iterator) {
        byte[] picture = Files.readAllBytes(file);
        left -= picture.length;
        if (left < 0 || pictures.size() == 1_000) {
          break;
        }
        pictures.add(picture);
      }
    }
    if (pictures.isEmpty()) {
      throw new IOException("no .png, .jpg or .jpeg of at most 2 MiB in " + directory);
    }
    return random -> pictures.get(random.nextInt(pictures.size()));
  }

  private static boolean usable(Path file) {
    try {
      return Files.isRegularFile(file)
          && file.toString().toLowerCase(java.util.Locale.ROOT).matches(".*\\.(png|jpe?g)")
          && Files.size(file) <= 2 * 1024 * 1024;
    } catch (IOException e) {
      return false;
    }
  }
}
