package io.vigia.demo.classifier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.vigia.demo.classifier.draw.Artist;
import io.vigia.demo.classifier.draw.Thing;
import io.vigia.demo.classifier.train.OnnxGraph;
import io.vigia.demo.classifier.train.OnnxGraph.Constant;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageClassifierTest {
  /** Neither trained on nor measured by the build. */
  private static final long FRESH_SEED = 5_000_000;

  private static final int PICTURES_PER_THING = 30;
  private static final List<String> COLOURS = List.of("red", "green", "blue");

  @TempDir private Path folder;

  @Test
  void ourModelIsRightOnNineOfTenPicturesItHasNotSeenAndKnowsHowSureItIs() throws Exception {
    int right = 0;
    double claimed = 0;
    int pictures = PICTURES_PER_THING * Thing.values().length;
    try (ImageClassifier classifier = ImageClassifier.ours()) {
      for (Thing thing : Thing.values()) {
        for (int i = 0; i < PICTURES_PER_THING; i++) {
          Prediction prediction = classifier.classify(Artist.draw(thing, FRESH_SEED + i, 96));
          claimed += prediction.probability();
          right += prediction.label().equals(thing.label()) ? 1 : 0;
        }
      }
    }
    assertThat((double) right / pictures).isGreaterThanOrEqualTo(0.9);
    assertThat(claimed / pictures).isCloseTo((double) right / pictures, within(0.05));
  }

  @Test
  void anotherModelIsRunWithItsOwnSizeAndLabels() throws Exception {
    Path model = Files.write(folder.resolve("colours.onnx"), strongestColour(-1, -1, -1));
    Path labels = Files.writeString(folder.resolve("colours.txt"), "red\ngreen\nblue\n");

    try (ImageClassifier classifier = ImageClassifier.load(model, labels)) {
      assertThat(classifier.description()).isEqualTo("224×224 pixels, 3 classes");
      assertThat(classifier.classify(plain(Color.GREEN, 640, 480)).label()).isEqualTo("green");
      assertThat(classifier.classify(plain(Color.RED, 1, 3000)).label()).isEqualTo("red");
      assertThat(classifier.classify(plain(Color.BLUE, 3000, 1)).probability()).isBetween(0.5, 1.0);
    }
  }

  @Test
  void pictureIsCutToTheInputsAspect() throws Exception {
    BufferedImage picture = plain(Color.RED, 300, 100);
    Graphics2D g = picture.createGraphics();
    g.setColor(Color.BLUE);
    g.fillRect(100, 0, 100, 100);
    g.dispose();

    try (ImageClassifier classifier = ImageClassifier.of(strongestColour(1, 8, 8), COLOURS)) {
      assertThat(classifier.classify(picture).label()).isEqualTo("blue");
    }
  }

  @Test
  void labelsThatDoNotFitAreNamedAtLoad() {
    assertThatThrownBy(() -> ImageClassifier.of(strongestColour(1, 8, 8), List.of("red", "green")))
        .isInstanceOf(ModelException.class)
        .hasMessage("the model answers 3 numbers, the label file has 2");
  }

  @Test
  void whatIsNoModelIsNamedAtLoad() throws Exception {
    Path junk = Files.writeString(folder.resolve("junk.onnx"), "not a model");

    assertThatThrownBy(() -> ImageClassifier.load(junk, junk))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("junk.onnx")
        .hasMessageContaining("not a model that ONNX Runtime can run");
  }

  @Test
  void inputOfAnotherShapeIsNamedAtLoad() {
    byte[] nhwc = new OnnxGraph("x", 1, 8, 8, 3).then("Flatten").toBytes(1, 192);

    assertThatThrownBy(() -> ImageClassifier.of(nhwc, COLOURS))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("[1, 8, 8, 3]")
        .hasMessageContaining("[1, 3, height, width]");
  }

  /** The mean of each channel as logit: red, green or blue. */
  private static byte[] strongestColour(long batch, long height, long width) {
    float[] identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    return new OnnxGraph("picture", batch, 3, height, width)
        .then("GlobalAveragePool")
        .then("Flatten", new AttributeProto[] {OnnxGraph.integer("axis", 1)})
        .then("MatMul", new Constant(identity, 3, 3))
        .toBytes(batch, 3);
  }

  private static BufferedImage plain(Color color, int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    g.setColor(color);
    g.fillRect(0, 0, width, height);
    g.dispose();
    return picture;
  }
}
