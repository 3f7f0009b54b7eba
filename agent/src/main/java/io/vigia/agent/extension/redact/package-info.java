/** Secrets that are in spans and log events do not leave the process. */
@NullMarked
package io.vigia.agent.extension.redact;

import org.jspecify.annotations.NullMarked;
