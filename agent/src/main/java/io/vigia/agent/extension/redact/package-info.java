/** Secrets that are in spans, log events and exemplars do not leave the process. */
@NullMarked
package io.vigia.agent.extension.redact;

import org.jspecify.annotations.NullMarked;
