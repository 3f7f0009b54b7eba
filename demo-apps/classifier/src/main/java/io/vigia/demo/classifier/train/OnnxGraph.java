package io.vigia.demo.classifier.train;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Writes a chain of operators as an ONNX model, operator set 13, IR version 7 (onnx.ai, "Open
 * Neural Network Exchange Intermediate Representation Specification"). Each operator takes the
 * output of the one before and constants. Not thread-safe.
 */
public final class OnnxGraph {
  private static final int IR_VERSION = 7;
  private static final int OPERATOR_SET = 13;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("classifier");
  private String last;
  private int names;

  /** A graph whose one input has this shape; -1 leaves a dimension open. */
  public OnnxGraph(String input, long... shape) {
    this.last = input;
    graph.addInput(value(input, shape));
  }

  /** Appends an operator with constants after its first input. */
  public OnnxGraph then(String operator, Constant... constants) {
    return then(operator, new AttributeProto[0], constants);
  }

  /** Appends an operator with attributes, and constants after its first input. */
  public OnnxGraph then(String operator, AttributeProto[] attributes, Constant... constants) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(operator).addInput(last);
    for (Constant constant : constants) {
      String name = "constant" + names++;
      graph.addInitializer(constant.tensor(name));
      node.addInput(name);
    }
    last = "value" + names++;
    graph.addNode(node.addAllAttribute(Arrays.asList(attributes)).addOutput(last));
    return this;
  }

  /** The .onnx file's bytes; the last operator's answer is the model's. */
  public byte[] toBytes(long... outputShape) {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("vigia-demo-classifier")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATOR_SET))
        .setGraph(graph.clone().addOutput(value(last, outputShape)))
        .build()
        .toByteArray();
  }

  /** A list of integers, such as the strides of a convolution. */
  public static AttributeProto ints(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(LongStream.of(values).boxed().toList())
        .build();
  }

  /** One integer, such as an axis. */
  public static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** Numbers that belong to the model, such as weights; row-major. */
  public static final class Constant {
    private final float[] values;
    private final long[] shape;

    /** Keeps the arrays. */
    public Constant(float[] values, long... shape) {
      this.values = values;
      this.shape = shape;
    }

    TensorProto tensor(String name) {
      ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      raw.asFloatBuffer().put(values);
      return TensorProto.newBuilder()
          .setName(name)
          .setDataType(TensorProto.DataType.FLOAT_VALUE)
          .addAllDims(LongStream.of(shape).boxed().toList())
          .setRawData(ByteString.copyFrom(raw))
          .build();
    }
  }

  private static ValueInfoProto value(String name, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      TensorShapeProto.Dimension.Builder dimension = dimensions.addDimBuilder();
      if (size < 0) {
        dimension.setDimParam("any");
      } else {
        dimension.setDimValue(size);
      }
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT_VALUE)
            .setShape(dimensions)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
