@NullMarked
package io.vigia.collector.receive.agents;

import org.jspecify.annotations.NullMarked;
