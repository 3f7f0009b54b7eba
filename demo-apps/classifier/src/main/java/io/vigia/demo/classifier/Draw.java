package io.vigia.demo.classifier;

import io.vigia.demo.classifier.draw.Artist;
import io.vigia.demo.classifier.draw.PictureFile;
import io.vigia.demo.classifier.draw.Thing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code draw dog dog.jpg}: a picture to try the service with. */
@Command(
    name = "draw",
    description = "Draws a picture that the default model knows.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class Draw implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "THING", description = "What: dog, cat, car, …")
  private String label;

  @Parameters(index = "1", paramLabel = "FILE", description = "Where to; ends in .jpg or .png.")
  private Path file;

  @Option(
      names = "--seed",
      description = "The same seed draws the same picture. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1000001")
  private long seed;

  @Option(
      names = "--size",
      description = "Edge in pixels. Default: ${DEFAULT-VALUE}.",
      defaultValue = "256")
  private int size;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Thing thing =
        Thing.ofLabel(label)
            .orElseThrow(() -> wrong("cannot draw '" + label + "'; can draw " + Thing.labels()));
    String name = file.toString();
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (!PictureFile.EXTENSIONS.contains(extension)) {
      throw wrong("the file must end in .jpg or .png: " + file);
    }
    if (size < Artist.MIN_SIZE || size > Artist.MAX_SIZE) {
      throw wrong("--size is " + Artist.MIN_SIZE + " to " + Artist.MAX_SIZE + ", not " + size);
    }
    try {
      Files.write(file, PictureFile.encode(Artist.draw(thing, seed, size), extension));
    } catch (IOException e) {
      throw wrong("cannot write " + e.getMessage());
    }
    return CommandLine.ExitCode.OK;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
