/**
 * One loader for one YAML file. {@link ConfigLoader} reads it into the immutable {@link
 * CollectorConfig}; everything unknown, mistyped or out of range is a {@link ConfigException} that
 * names file, line, column, the nearest known word and the remedy.
 */
@NullMarked
package io.vigia.collector.config;

import org.jspecify.annotations.NullMarked;
