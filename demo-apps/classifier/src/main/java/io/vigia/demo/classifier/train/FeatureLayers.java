package io.vigia.demo.classifier.train;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.vigia.demo.classifier.train.OnnxGraph.Constant;
import java.util.Arrays;
import java.util.Random;

/**
 * The layers that are not trained by gradient: edges in eight directions (as a histogram of
 * oriented gradients, Dalal and Triggs 2005), then how well each neighbourhood of edges matches
 * patches cut from the training pictures (Coates and Ng 2011). Written as convolutions, so that the
 * whole model is one ONNX graph.
 */
final class FeatureLayers {
  /** Edge of the picture that goes in. */
  static final int EDGE = 64;

  private static final int DIRECTIONS = 8;
  private static final int CELL = 4;
  private static final int CELLS = EDGE / CELL;

  /** Shape of a batch of what comes out of the first layer. */
  static final long[] EDGES_SHAPE = {-1, DIRECTIONS, CELLS, CELLS};

  private static final int PATCH = 5;
  private static final int PATCHES = 160;
  private static final int PATCH_NUMBERS = DIRECTIONS * PATCH * PATCH;
  private static final int FIELDS = 4;

  /** Numbers that come out of the last layer. */
  static final int FEATURES = PATCHES * FIELDS * FIELDS;

  /** Shape of a batch of it. */
  static final long[] FEATURES_SHAPE = {-1, FEATURES};

  private static final float[] LUMINANCE = {0.299f, 0.587f, 0.114f};
  private static final float[][] SOBEL_X = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};

  /** Gradients below this are the grain of the picture. */
  private static final float NOISE = 0.25f;

  /** Matches below this say nothing. */
  private static final float MIN_MATCH = 1.7f;

  private FeatureLayers() {}

  /** A picture's edges: direction × cell × cell. */
  static OnnxGraph edges() {
    return new OnnxGraph("picture", -1, 3, EDGE, EDGE)
        .then(
            "Conv",
            attributes(OnnxGraph.ints("kernel_shape", 3, 3), OnnxGraph.ints("pads", 1, 1, 1, 1)),
            new Constant(edgeDetectors(), DIRECTIONS, 3, 3, 3),
            new Constant(filled(DIRECTIONS, -NOISE), DIRECTIONS))
        .then("Relu")
        .then(
            "AveragePool",
            attributes(
                OnnxGraph.ints("kernel_shape", CELL, CELL), OnnxGraph.ints("strides", CELL, CELL)))
        .then("Sqrt");
  }

  /** The best match of each patch in each field of the picture: patch × field × field. */
  static OnnxGraph features(float[] patches) {
    return edges()
        .then(
            "Conv",
            attributes(
                OnnxGraph.ints("kernel_shape", PATCH, PATCH), OnnxGraph.ints("pads", 2, 2, 2, 2)),
            new Constant(patches, PATCHES, DIRECTIONS, PATCH, PATCH),
            new Constant(filled(PATCHES, -MIN_MATCH), PATCHES))
        .then("Relu")
        .then(
            "MaxPool",
            attributes(
                OnnxGraph.ints("kernel_shape", CELLS / FIELDS, CELLS / FIELDS),
                OnnxGraph.ints("strides", CELLS / FIELDS, CELLS / FIELDS)))
        .then("Flatten");
  }

  /** Cuts patches from the edges of some pictures, where there are edges; each of length 1. */
  static float[] cutPatches(float[][] edges, Random random) {
    float[] patches = new float[PATCHES * PATCH_NUMBERS];
    for (int patch = 0; patch < PATCHES; ) {
      float[] cut = cut(edges[random.nextInt(edges.length)], random);
      double mean = 0;
      for (float value : cut) {
        mean += value / cut.length;
      }
      double square = 0;
      for (float value : cut) {
        square += (value - mean) * (value - mean);
      }
      if (square < 1) {
        continue;
      }
      for (int i = 0; i < cut.length; i++) {
        patches[patch * PATCH_NUMBERS + i] = (float) ((cut[i] - mean) / Math.sqrt(square));
      }
      patch++;
    }
    return patches;
  }

  private static float[] cut(float[] edges, Random random) {
    int left = random.nextInt(CELLS - PATCH + 1);
    int top = random.nextInt(CELLS - PATCH + 1);
    float[] cut = new float[PATCH_NUMBERS];
    int i = 0;
    for (int direction = 0; direction < DIRECTIONS; direction++) {
      for (int y = 0; y < PATCH; y++) {
        int row = (direction * CELLS + top + y) * CELLS + left;
        System.arraycopy(edges, row, cut, i, PATCH);
        i += PATCH;
      }
    }
    return cut;
  }

  /** One 3 × 3 derivative per direction, on the luminance of the three channels. */
  private static float[] edgeDetectors() {
    float[] kernels = new float[DIRECTIONS * 3 * 3 * 3];
    int i = 0;
    for (int direction = 0; direction < DIRECTIONS; direction++) {
      double angle = 2 * Math.PI * direction / DIRECTIONS;
      for (int channel = 0; channel < 3; channel++) {
        for (int y = 0; y < 3; y++) {
          for (int x = 0; x < 3; x++) {
            double gradient = Math.cos(angle) * SOBEL_X[y][x] + Math.sin(angle) * SOBEL_X[x][y];
            kernels[i++] = (float) (LUMINANCE[channel] * gradient);
          }
        }
      }
    }
    return kernels;
  }

  private static AttributeProto[] attributes(AttributeProto... attributes) {
    return attributes;
  }

  private static float[] filled(int length, float value) {
    float[] array = new float[length];
    Arrays.fill(array, value);
    return array;
  }
}
