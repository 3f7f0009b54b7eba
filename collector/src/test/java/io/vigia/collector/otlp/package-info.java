/** OTLP bytes held against the official messages and protobuf-java. */
@NullMarked
package io.vigia.collector.otlp;

import org.jspecify.annotations.NullMarked;
