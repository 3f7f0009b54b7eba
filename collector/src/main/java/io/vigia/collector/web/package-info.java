/**
 * What people and scrapers see of the collector: the page, the query API behind it ({@code
 * collector/docs/query-api.md}), health and {@code /metrics}. Start with {@link
 * io.vigia.collector.web.WebServer}.
 */
@NullMarked
package io.vigia.collector.web;

import org.jspecify.annotations.NullMarked;
