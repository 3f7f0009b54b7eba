/** Any signal to any backend that takes OTLP, as requests of bounded size. */
@NullMarked
package io.vigia.collector.export.otlp;

import org.jspecify.annotations.NullMarked;
