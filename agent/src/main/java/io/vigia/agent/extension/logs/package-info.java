/** Log records to the collector by the Fluentd forward protocol, with Fluency. */
@NullMarked
package io.vigia.agent.extension.logs;

import org.jspecify.annotations.NullMarked;
