/** The forward receiver against Fluency, msgpack-core and hostile bytes. */
@NullMarked
package io.vigia.collector.receive.forward;

import org.jspecify.annotations.NullMarked;
