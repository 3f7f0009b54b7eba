@NullMarked
package io.vigia.collector.receive.sampling;

import org.jspecify.annotations.NullMarked;
