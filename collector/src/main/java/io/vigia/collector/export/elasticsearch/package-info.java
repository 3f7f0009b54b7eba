/**
 * Logs and traces to Elasticsearch data streams, exactly once: own {@code _bulk} writer from OTLP
 * bytes, every item of every answer judged. Read {@link
 * io.vigia.collector.export.elasticsearch.ElasticsearchExporter} first; the mapping is in {@code
 * collector/docs/elasticsearch.md}.
 */
@NullMarked
package io.vigia.collector.export.elasticsearch;

import org.jspecify.annotations.NullMarked;
