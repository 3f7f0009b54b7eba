/** What the receivers share, and the intake they are tested with. */
@NullMarked
package io.vigia.collector.receive;

import org.jspecify.annotations.NullMarked;
