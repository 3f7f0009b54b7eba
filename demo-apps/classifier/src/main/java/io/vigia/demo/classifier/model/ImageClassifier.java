package io.vigia.demo.classifier.model;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * An ONNX model that takes one picture (float, NCHW, three channels, normalised as {@link
 * PictureTensor} does) and answers one number per label: logits or probabilities. Thread-safe; the
 * caller closes it when no classification is running.
 */
public final class ImageClassifier implements AutoCloseable {
  /** Edge of the picture when the model leaves it open, as ImageNet models are trained. */
  private static final int DEFAULT_EDGE = 224;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<String> labels;
  private final String inputName;
  private final int width;
  private final int height;

  private ImageClassifier(OrtEnvironment environment, OrtSession session, List<String> labels)
      throws OrtException, ModelException {
    this.environment = environment;
    this.session = session;
    this.labels = labels;
    if (session.getNumInputs() != 1) {
      throw new ModelException(
          "the model has " + session.getNumInputs() + " inputs; one picture is expected");
    }
    Map.Entry<String, NodeInfo> input = session.getInputInfo().entrySet().iterator().next();
    this.inputName = input.getKey();
    long[] shape = shapeOf(input.getValue());
    if (shape.length != 4 || shape[1] != 3 || shape[0] > 1) {
      throw new ModelException(
          "the model's input is "
              + Arrays.toString(shape)
              + "; expected is one picture as [1, 3, height, width]");
    }
    this.height = shape[2] > 0 ? (int) shape[2] : DEFAULT_EDGE;
    this.width = shape[3] > 0 ? (int) shape[3] : DEFAULT_EDGE;
  }

  /** The model that the build trained. */
  public static ImageClassifier ours() throws ModelException {
    return of(
        resource("/model/model.onnx"),
        lines(new String(resource("/model/labels.txt"), StandardCharsets.UTF_8)));
  }

  /**
   * Any other model.
   *
   * @param labels one label a line, in the order of the model's answer
   */
  public static ImageClassifier load(Path model, Path labels) throws ModelException {
    try {
      return of(Files.readAllBytes(model), lines(Files.readString(labels)));
    } catch (IOException e) {
      throw new ModelException("cannot read " + e.getMessage(), e);
    } catch (ModelException e) {
      throw new ModelException(model + ": " + e.getMessage(), e);
    }
  }

  /** From the bytes of an .onnx file; runs it once, so that what does not fit is known now. */
  public static ImageClassifier of(byte[] onnx, List<String> labels) throws ModelException {
    try {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        // waiting threads sleep: a demo must not burn the cores it shares
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        OrtSession session = environment.createSession(onnx, options);
        try {
          ImageClassifier classifier =
              new ImageClassifier(environment, session, List.copyOf(labels));
          classifier.tryOut();
          return classifier;
        } catch (OrtException | ModelException | RuntimeException e) {
          session.close();
          throw e;
        }
      }
    } catch (OrtException e) {
      throw new ModelException("not a model that ONNX Runtime can run: " + e.getMessage(), e);
    } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError e) {
      throw new ModelException(
          "ONNX Runtime has no library for this machine (Linux with glibc or macOS on Apple"
              + " silicon, writable java.io.tmpdir): "
              + e,
          e);
    }
  }

  /** The labels, in the model's order. */
  public List<String> labels() {
    return labels;
  }

  /** For people: what goes in and how many classes come out. */
  public String description() {
    return width + "×" + height + " pixels, " + labels.size() + " classes";
  }

  /** The most probable label. Blocks for the inference, milliseconds for small models. */
  public Prediction classify(BufferedImage picture) {
    try {
      float[] probabilities =
          Softmax.probabilities(scores(PictureTensor.of(picture, width, height)));
      int best = 0;
      for (int i = 1; i < probabilities.length; i++) {
        if (probabilities[i] > probabilities[best]) {
          best = i;
        }
      }
      return new Prediction(labels.get(best), probabilities[best]);
    } catch (OrtException e) {
      // it ran at load with the same shape
      throw new IllegalStateException("the model failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("cannot close the model", e);
    }
  }

  private void tryOut() throws OrtException, ModelException {
    int answers = scores(new float[3 * width * height]).length;
    if (answers != labels.size()) {
      throw new ModelException(
          "the model answers " + answers + " numbers, the label file has " + labels.size());
    }
  }

  private float[] scores(float[] planes) throws OrtException {
    long[] shape = {1, 3, height, width};
    try (OnnxTensor picture =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(planes), shape);
        OrtSession.Result result = session.run(Map.of(inputName, picture))) {
      OnnxValue answer = result.get(0);
      if (!(answer instanceof OnnxTensor tensor) || tensor.getFloatBuffer() == null) {
        throw new OrtException("the first output is no float tensor: " + answer.getInfo());
      }
      FloatBuffer buffer = tensor.getFloatBuffer();
      float[] scores = new float[buffer.remaining()];
      buffer.get(scores);
      return scores;
    }
  }

  private static long[] shapeOf(NodeInfo node) throws ModelException {
    if (node.getInfo() instanceof TensorInfo tensor) {
      return tensor.getShape();
    }
    throw new ModelException("the model's input is no tensor: " + node.getInfo());
  }

  private static List<String> lines(String text) {
    return text.strip().lines().map(String::strip).toList();
  }

  private static byte[] resource(String name) throws ModelException {
    try (InputStream in = ImageClassifier.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new ModelException(name + " is missing from the jar; build it with Maven");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ModelException("cannot read " + name + " from the jar", e);
    }
  }
}
