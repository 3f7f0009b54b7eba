/**
 * What ends on this machine: files of OTLP JSON lines, and lines for people on the standard output.
 * Both write on a thread of their own, one batch after the other.
 */
@NullMarked
package io.vigia.collector.export.file;

import org.jspecify.annotations.NullMarked;
