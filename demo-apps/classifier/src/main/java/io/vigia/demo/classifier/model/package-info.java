/**
 * From the bytes of a picture to a label: {@link io.vigia.demo.classifier.model.PictureReader}
 * decodes within limits, {@link io.vigia.demo.classifier.model.ImageClassifier} runs an ONNX model.
 */
@NullMarked
package io.vigia.demo.classifier.model;

import org.jspecify.annotations.NullMarked;
