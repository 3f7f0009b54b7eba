/**
 * What upstream made anew at each start, and the build calls instead ({@code
 * src/build/PrebuiltClasses.java}).
 */
@NullMarked
package io.vigia.agent.extension.prebuilt;

import org.jspecify.annotations.NullMarked;
