package io.vigia.collector.store;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;

/** JSON text that goes into an answer as it is. */
public record RawJson(@JsonValue @JsonRawValue String text) {}
