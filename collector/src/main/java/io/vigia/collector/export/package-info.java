/**
 * Destinations, one sub-package each: they turn OTLP bytes into what a backend takes, send it, and
 * judge the answer item by item. They know nothing of cursors, back-off or disk.
 */
@NullMarked
package io.vigia.collector.export;

import org.jspecify.annotations.NullMarked;
