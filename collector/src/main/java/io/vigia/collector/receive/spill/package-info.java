/**
 * What agents on this machine could not deliver: reads their spill directories (the layout is in
 * {@code agent/docs/spill.md}) and hands every file to the intake.
 *
 * <p>{@link io.vigia.collector.receive.spill.SpillReceiver} is the part with a life; {@link
 * io.vigia.collector.receive.spill.SpillDirectory} is what happens on disk.
 */
@NullMarked
package io.vigia.collector.receive.spill;

import org.jspecify.annotations.NullMarked;
