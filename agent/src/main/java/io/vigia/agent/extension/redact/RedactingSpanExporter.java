package io.vigia.agent.extension.redact;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vigia.agent.extension.export.Footprint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Cleans spans on the exporter's thread, before they are encoded. Throws nothing ({@link
 * CleanExport}). As thread-safe as the next.
 */
public final class RedactingSpanExporter implements SpanExporter {

  private final SpanExporter next;
  private final Redactor redactor;

  public RedactingSpanExporter(SpanExporter next, Redactor redactor) {
    this.next = next;
    this.redactor = redactor;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    return CleanExport.of("spans", spans, this::clean, Footprint::of, next::export);
  }

  private SpanData clean(SpanData span) {
    Attributes attributes = redactor.attributes(span.getAttributes());
    String name = redactor.text(span.getName());
    StatusData status = span.getStatus();
    String description = redactor.text(status.getDescription());
    boolean changed =
        attributes != span.getAttributes()
            || !name.equals(span.getName())
            || !description.equals(status.getDescription());
    List<EventData> events = new ArrayList<>(span.getEvents().size());
    for (EventData event : span.getEvents()) {
      EventData clean = clean(event);
      changed |= clean != event;
      events.add(clean);
    }
    List<LinkData> links = new ArrayList<>(span.getLinks().size());
    for (LinkData link : span.getLinks()) {
      Attributes ofLink = redactor.attributes(link.getAttributes());
      boolean same = ofLink == link.getAttributes();
      changed |= !same;
      links.add(
          same
              ? link
              : LinkData.create(link.getSpanContext(), ofLink, link.getTotalAttributeCount()));
    }
    return changed
        ? new CleanSpan(
            span,
            name,
            attributes,
            events,
            links,
            StatusData.create(status.getStatusCode(), description))
        : span;
  }

  private EventData clean(EventData event) {
    Attributes attributes = redactor.attributes(event.getAttributes());
    String name = redactor.text(event.getName());
    return attributes == event.getAttributes() && name.equals(event.getName())
        ? event
        : EventData.create(event.getEpochNanos(), name, attributes, event.getTotalAttributeCount());
  }

  private static final class CleanSpan extends DelegatingSpanData {
    private final String name;
    private final Attributes attributes;
    private final List<EventData> events;
    private final List<LinkData> links;
    private final StatusData status;

    CleanSpan(
        SpanData span,
        String name,
        Attributes attributes,
        List<EventData> events,
        List<LinkData> links,
        StatusData status) {
      super(span);
      this.links = links;
      this.name = name;
      this.attributes = attributes;
      this.events = events;
      this.status = status;
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public Attributes getAttributes() {
      return attributes;
    }

    @Override
    public List<EventData> getEvents() {
      return events;
    }

    @Override
    public List<LinkData> getLinks() {
      return links;
    }

    @Override
    public StatusData getStatus() {
      return status;
    }
  }

  @Override
  public CompletableResultCode flush() {
    return next.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return next.shutdown();
  }
}
