/** Fakes, batches and the one contract suite of all exporters. */
@NullMarked
package io.vigia.collector.export;

import org.jspecify.annotations.NullMarked;
