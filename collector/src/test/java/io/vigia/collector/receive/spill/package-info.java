@NullMarked
package io.vigia.collector.receive.spill;

import org.jspecify.annotations.NullMarked;
