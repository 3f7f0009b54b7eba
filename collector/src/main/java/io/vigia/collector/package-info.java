/**
 * The assembly: {@link Collector} (read it first), the command line, and nothing else. The only
 * package that knows all the others and the only one that reads the configuration.
 */
@NullMarked
package io.vigia.collector;

import org.jspecify.annotations.NullMarked;
