/** The reader of container logs against real files. */
@NullMarked
package io.vigia.collector.receive.containers;

import org.jspecify.annotations.NullMarked;
