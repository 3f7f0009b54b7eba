/** The demo applications and what they need, as processes. */
@NullMarked
package io.vigia.tests.demo;

import org.jspecify.annotations.NullMarked;
