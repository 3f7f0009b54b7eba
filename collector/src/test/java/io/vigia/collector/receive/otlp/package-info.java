/** The OTLP receiver against real clients and hostile ones. */
@NullMarked
package io.vigia.collector.receive.otlp;

import org.jspecify.annotations.NullMarked;
