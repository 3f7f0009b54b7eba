/** Name and identity of the service, found without settings. */
@NullMarked
package io.vigia.agent.extension.resource;

import org.jspecify.annotations.NullMarked;
