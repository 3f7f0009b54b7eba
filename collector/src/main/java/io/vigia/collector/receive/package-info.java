/**
 * What all receivers share: listening or polling, the budget for unfinished requests, bounded
 * decompression. A sub-package per protocol maps the protocol to {@link
 * io.vigia.collector.core.Intake} and its failures back to the protocol, nothing else.
 */
@NullMarked
package io.vigia.collector.receive;

import org.jspecify.annotations.NullMarked;
