/**
 * The image classification service: {@link io.vigia.demo.classifier.Main} reads the command line,
 * {@link io.vigia.demo.classifier.Service} is the running service.
 */
@NullMarked
package io.vigia.demo.classifier;

import org.jspecify.annotations.NullMarked;
