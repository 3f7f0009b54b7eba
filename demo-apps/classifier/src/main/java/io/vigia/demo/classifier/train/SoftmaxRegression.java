package io.vigia.demo.classifier.train;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.vigia.demo.classifier.draw.Thing;
import io.vigia.demo.classifier.train.OnnxGraph.Constant;
import java.util.stream.IntStream;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.sgd.linear.LinearSGDModel;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** The layer that is learned, by Tribuo: multinomial logistic regression. Not thread-safe. */
final class SoftmaxRegression {
  private static final int EPOCHS = 4;

  /** One at a time: the sums of sparse gradients cost more than they save. */
  private static final int BATCH = 1;

  private static final double LEARNING_RATE = 0.1;
  private static final long SEED = 1;

  private final String[] names;
  private final LabelFactory labels = new LabelFactory();
  private final MutableDataset<Label> pictures =
      new MutableDataset<>(new SimpleDataSourceProvenance("drawn", labels), labels);

  SoftmaxRegression(int features) {
    // Tribuo numbers features in the order of their names
    names =
        IntStream.range(0, features)
            .mapToObj(i -> String.format("f%05d", i))
            .toArray(String[]::new);
  }

  void add(String label, float[] features) {
    // three in four are 0; leaving them out is as much faster
    int[] present = IntStream.range(0, features.length).filter(i -> features[i] != 0).toArray();
    String[] presentNames = IntStream.of(present).mapToObj(i -> names[i]).toArray(String[]::new);
    double[] values = IntStream.of(present).mapToDouble(i -> features[i]).toArray();
    pictures.add(new ArrayExample<>(new Label(label), presentNames, values));
  }

  /** Learns and appends the layer to the graph; its answer is a logit per thing. */
  byte[] train(OnnxGraph graph) {
    LinearSGDTrainer trainer =
        new LinearSGDTrainer(
            new LogMulticlass(), new AdaGrad(LEARNING_RATE), EPOCHS, -1, BATCH, SEED);
    LinearSGDModel model = trainer.train(pictures);
    DenseMatrix learned = model.getWeightsCopy();
    int features = names.length;
    Thing[] things = Thing.values();
    float[] weights = new float[things.length * features];
    float[] biases = new float[things.length];
    for (int i = 0; i < things.length; i++) {
      int row = model.getOutputIDInfo().getID(new Label(things[i].label()));
      for (int feature = 0; feature < features; feature++) {
        int column = model.getFeatureIDMap().getID(names[feature]);
        weights[i * features + feature] = column < 0 ? 0 : (float) learned.get(row, column);
      }
      biases[i] = (float) learned.get(row, learned.getDimension2Size() - 1);
    }
    return graph
        .then(
            "Gemm",
            new AttributeProto[] {OnnxGraph.integer("transB", 1)},
            new Constant(weights, things.length, features),
            new Constant(biases, things.length))
        .toBytes(-1, things.length);
  }
}
