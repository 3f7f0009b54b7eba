package io.vigia.demo.classifier.train;

import ai.onnxruntime.OrtException;
import io.vigia.demo.classifier.draw.Artist;
import io.vigia.demo.classifier.draw.Thing;
import io.vigia.demo.classifier.model.ImageClassifier;
import io.vigia.demo.classifier.model.ModelException;
import io.vigia.demo.classifier.model.PictureTensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Trains the default model. {@code TrainModel <classes directory>} writes {@code model/model.onnx}
 * and {@code model/labels.txt} into it and prints the accuracy on pictures held out; it does
 * nothing when the model there was made by the same classes.
 */
public final class TrainModel {
  /** The build fails below this share of right answers on pictures held out. */
  private static final double MIN_ACCURACY = 0.9;

  private static final int PICTURES_PER_THING = 400;

  /** As many pictures give the patches that the others are matched with. */
  private static final int PICTURES_TO_CUT = 500;

  private static final int HELD_OUT_PER_THING = 100;

  /** Seeds from here on are for measuring, never for training. */
  public static final long FIRST_HELD_OUT_SEED = 1_000_000;

  private TrainModel() {}

  public static void main(String[] args) throws IOException, OrtException, ModelException {
    Path classes = Path.of(args[0]);
    Logger.getLogger("org.tribuo").setLevel(Level.WARNING);
    Path model = classes.resolve("model");
    Path fingerprintFile = classes.resolveSibling("model.fingerprint");
    String fingerprint = Fingerprint.ofClasses(classes);
    if (Files.exists(model.resolve("model.onnx"))
        && Files.exists(fingerprintFile)
        && Files.readString(fingerprintFile).equals(fingerprint)) {
      return;
    }
    long start = System.nanoTime();
    byte[] onnx = train();
    List<String> labels = Arrays.stream(Thing.values()).map(Thing::label).toList();
    double accuracy;
    try (ImageClassifier classifier = ImageClassifier.of(onnx, labels)) {
      accuracy = accuracy(classifier);
    }
    System.out.printf(
        Locale.ROOT,
        "classifier: trained on %d drawn pictures, %.1f %% right on %d held out, %d kB, %.1f s%n",
        PICTURES_PER_THING * labels.size(),
        100 * accuracy,
        HELD_OUT_PER_THING * labels.size(),
        onnx.length / 1000,
        (System.nanoTime() - start) / 1e9);
    if (accuracy < MIN_ACCURACY) {
      throw new IllegalStateException("the model is worse than " + MIN_ACCURACY);
    }
    Files.createDirectories(model);
    Files.write(model.resolve("model.onnx"), onnx);
    Files.writeString(model.resolve("labels.txt"), String.join("\n", labels) + "\n");
    Files.writeString(fingerprintFile, fingerprint);
  }

  private static byte[] train() throws OrtException {
    Thing[] things = Thing.values();
    float[][] pictures =
        IntStream.range(0, things.length * PICTURES_PER_THING)
            .parallel()
            .mapToObj(i -> tensor(things[i % things.length], i / things.length))
            .toArray(float[][]::new);
    float[][] some = Arrays.copyOf(pictures, Math.min(pictures.length, PICTURES_TO_CUT));
    float[][] edges = GraphRunner.run(FeatureLayers.edges(), FeatureLayers.EDGES_SHAPE, some);
    float[] patches = FeatureLayers.cutPatches(edges, new Random(1));
    float[][] features =
        GraphRunner.run(FeatureLayers.features(patches), FeatureLayers.FEATURES_SHAPE, pictures);
    SoftmaxRegression regression = new SoftmaxRegression(FeatureLayers.FEATURES);
    for (int i = 0; i < features.length; i++) {
      regression.add(things[i % things.length].label(), features[i]);
    }
    return regression.train(FeatureLayers.features(patches));
  }

  private static double accuracy(ImageClassifier classifier) {
    long right =
        Arrays.stream(Thing.values())
            .mapToLong(
                thing ->
                    LongStream.range(0, HELD_OUT_PER_THING)
                        .parallel()
                        .filter(i -> isRight(classifier, thing, FIRST_HELD_OUT_SEED + i))
                        .count())
            .sum();
    return (double) right / (HELD_OUT_PER_THING * Thing.values().length);
  }

  private static boolean isRight(ImageClassifier classifier, Thing thing, long seed) {
    return classifier.classify(picture(thing, seed)).label().equals(thing.label());
  }

  private static float[] tensor(Thing thing, long seed) {
    return PictureTensor.of(picture(thing, seed), FeatureLayers.EDGE, FeatureLayers.EDGE);
  }

  /** Drawn in one of several sizes, since the senders' pictures come in all. */
  private static BufferedImage picture(Thing thing, long seed) {
    return Artist.draw(thing, seed, 64 + (int) (seed % 5) * 16);
  }
}
