package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.otlp.OtlpItems;

/** Writes what an item itself says into its document; the resource comes after it. */
interface ItemDocuments {
  void write(OtlpItems items, Envelope envelope, DocumentWriter document);
}
