/**
 * Writes the Grafana dashboards in {@code dashboards/grafana}: {@link
 * io.vigia.dashboards.LatencyDashboard} and its neighbours say what is asked, {@link
 * io.vigia.dashboards.Dashboard} and {@link io.vigia.dashboards.Panel} how it looks. The written
 * files are committed; a test compares.
 */
@NullMarked
package io.vigia.dashboards;

import org.jspecify.annotations.NullMarked;
