/**
 * What is called instead of what upstream made anew at each start. The build puts the calls into
 * upstream's classes ({@code src/build/PrebuiltClasses.java}).
 */
@NullMarked
package io.vigia.agent.extension.prebuilt;

import org.jspecify.annotations.NullMarked;
