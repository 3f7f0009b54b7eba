/**
 * The durable log: append-only segments of checksummed records, group commit, readers and cursors.
 *
 * <p>The format is drawn byte by byte in {@code collector/docs/format/disklog.md}. Read in this
 * order: {@link DiskLog}, {@link LogPosition}, {@link LogReader}, {@link Cursor}, then {@link
 * Storage} (the seam to the file system).
 */
@NullMarked
package io.vigia.collector.disklog;

import org.jspecify.annotations.NullMarked;
