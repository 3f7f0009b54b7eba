/**
 * The debt oracle: what was acknowledged must arrive, through kills and faults.
 *
 * <p>Read {@link DebtOracle} first.
 */
@NullMarked
package io.vigia.tests.oracle;

import org.jspecify.annotations.NullMarked;
