/**
 * The embedded store: one destination among the others, for machines without backends. DuckDB, one
 * file per time slice, append-only.
 *
 * <p>Read in this order: {@link io.vigia.collector.store.LocalStore}, {@link
 * io.vigia.collector.store.StoreWriter}, {@link io.vigia.collector.store.StoreReader}, {@code
 * Schema}, {@code Slices}. DuckDB is named nowhere outside this package.
 */
@NullMarked
package io.vigia.collector.store;

import org.jspecify.annotations.NullMarked;
