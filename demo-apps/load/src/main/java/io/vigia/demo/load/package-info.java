/**
 * Traffic that looks like people: open arrivals whose rate follows a day, a mix of reading and
 * writing, some mistakes and some slow senders. It counts what it sent and what was answered, so
 * that a test can compare the counts with what the backends hold. Read {@link
 * io.vigia.demo.load.LoadRun} first.
 */
@NullMarked
package io.vigia.demo.load;

import org.jspecify.annotations.NullMarked;
