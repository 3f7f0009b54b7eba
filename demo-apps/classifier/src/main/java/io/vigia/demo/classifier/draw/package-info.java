/**
 * Draws the pictures that the default model is trained on and that the load and people send.
 *
 * <p>{@link io.vigia.demo.classifier.draw.Thing} names what can be drawn, {@link
 * io.vigia.demo.classifier.draw.Artist} draws one in a random pose, colour and surrounding.
 */
@NullMarked
package io.vigia.demo.classifier.draw;

import org.jspecify.annotations.NullMarked;
