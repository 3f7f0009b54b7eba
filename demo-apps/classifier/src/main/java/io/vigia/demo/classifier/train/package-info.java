/**
 * Runs in the build only and is not in the jar: draws pictures, trains the default model, measures
 * it on pictures it has not seen, and writes it as ONNX.
 */
@NullMarked
package io.vigia.demo.classifier.train;

import org.jspecify.annotations.NullMarked;
