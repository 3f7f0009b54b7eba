package io.vigia.demo.classifier.train;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;

/** Runs a graph of {@link FeatureLayers} on many pictures. Not thread-safe. */
final class GraphRunner {
  private static final int BATCH = 50;

  private GraphRunner() {}

  /**
   * The graph's answer to each picture.
   *
   * @param answerShape of a batch, -1 first
   */
  static float[][] run(OnnxGraph graph, long[] answerShape, float[][] pictures)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    float[][] answers = new float[pictures.length][];
    try (OrtSession session = environment.createSession(graph.toBytes(answerShape))) {
      for (int from = 0; from < pictures.length; from += BATCH) {
        int count = Math.min(BATCH, pictures.length - from);
        FloatBuffer batch = FloatBuffer.allocate(count * pictures[from].length);
        for (int i = 0; i < count; i++) {
          batch.put(pictures[from + i]);
        }
        long[] shape = {count, 3, FeatureLayers.EDGE, FeatureLayers.EDGE};
        try (OnnxTensor input = OnnxTensor.createTensor(environment, batch.flip(), shape);
            OrtSession.Result result = session.run(Map.of("picture", input))) {
          FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
          for (int i = 0; i < count; i++) {
            answers[from + i] = new float[values.capacity() / count];
            values.get(answers[from + i]);
          }
        }
      }
    }
    return answers;
  }
}
