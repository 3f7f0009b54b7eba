/**
 * The classic guestbook as a real service: a page, entries in Redis (one primary, two replicas),
 * pictures named by the classifier.
 *
 * <p>It holds no telemetry code but {@link io.vigia.demo.guestbook.BusinessMetrics}: traces,
 * runtime metrics and shipped logs come from the agent alone. Read {@link
 * io.vigia.demo.guestbook.Guestbook} first.
 */
@NullMarked
package io.vigia.demo.guestbook;

import org.jspecify.annotations.NullMarked;
