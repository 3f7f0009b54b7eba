package io.vigia.collector.otlp;

import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.Signal;
import java.nio.ByteBuffer;

/**
 * Iterates the items (spans, log records, data points) of an {@code Export…ServiceRequest} in order
 * of appearance. All slices are flyweights that move with {@link #next}. Not thread-safe, reusable.
 *
 * <pre>{@code
 * items.reset(record);
 * while (items.next()) {
 *   if (items.newResource()) { … items.resource() … }
 *   … items.item() …
 * }
 * }</pre>
 *
 * <p>The three kinds of request have one shape, with the same field numbers (request → {@code
 * ResourceSpans|Metrics|Logs} → {@code ScopeSpans|Metrics|Logs} → items), but metrics have one
 * level more: {@link #metric} → data point.
 */
public final class OtlpItems {
  private final ProtoReader request = new ProtoReader();
  private final ProtoReader resourceGroup = new ProtoReader();
  private final ProtoReader scopeGroup = new ProtoReader();
  private final ProtoReader metricData = new ProtoReader();
  private final ProtoReader points = new ProtoReader();
  private final Slice resource = new Slice();
  private final Slice resourceSchemaUrl = new Slice();
  private final Slice scope = new Slice();
  private final Slice scopeSchemaUrl = new Slice();
  private final Slice resourceGroupBytes = new Slice();
  private final Slice scopeGroupBytes = new Slice();
  private final Slice item = new Slice();
  private final MetricView metric = new MetricView();
  private boolean metrics;
  private int index;
  private boolean newResource;
  private boolean newScope;
  private boolean newMetric;

  public OtlpItems reset(Signal signal, byte[] array, int offset, int length) {
    metrics = signal == Signal.METRICS;
    request.reset(array, offset, length);
    resourceGroup.reset(array, offset, 0);
    scopeGroup.reset(array, offset, 0);
    metricData.reset(array, offset, 0);
    points.reset(array, offset, 0);
    index = -1;
    newResource = newScope = newMetric = false;
    return this;
  }

  /** Iterates what lies between position and limit of a buffer that has an array. */
  public OtlpItems reset(Signal signal, ByteBuffer payload) {
    return reset(
        signal, payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
  }

  public OtlpItems reset(LogRecord record) {
    return reset(record.signal(), record.payload());
  }

  /**
   * Moves to the next item.
   *
   * @throws MalformedOtlpException when the bytes are not what they claim to be; cannot happen on
   *     what {@link OtlpValidator} let through
   */
  public boolean next() {
    newResource = newScope = newMetric = false;
    while (!(metrics ? nextPoint() : nextScoped())) {
      if (!nextScope()) {
        return false;
      }
    }
    index++;
    return true;
  }

  /** The current item's number within the request, from 0. */
  public int index() {
    return index;
  }

  /** Whether the current item is the first of its resource group. */
  public boolean newResource() {
    return newResource;
  }

  /** Whether the current item is the first of its scope group. */
  public boolean newScope() {
    return newScope;
  }

  /** Whether the current data point is the first of its metric. */
  public boolean newMetric() {
    return newMetric;
  }

  /** The {@code Resource} message; empty when the sender gave none. */
  public Slice resource() {
    return resource;
  }

  /** The schema URL of the resource; mostly empty. */
  public Slice resourceSchemaUrl() {
    return resourceSchemaUrl;
  }

  /** The {@code InstrumentationScope} message; empty when the sender gave none. */
  public Slice scope() {
    return scope;
  }

  /** The schema URL of the scope; mostly empty. */
  public Slice scopeSchemaUrl() {
    return scopeSchemaUrl;
  }

  /** The {@code Span}, {@code LogRecord} or {@code …DataPoint} message. */
  public Slice item() {
    return item;
  }

  /** The metric of the current data point. Metrics only. */
  public MetricView metric() {
    return metric;
  }

  /** The whole {@code Resource{Spans,Metrics,Logs}} message. */
  Slice resourceGroupBytes() {
    return resourceGroupBytes;
  }

  /** The whole {@code Scope{Spans,Metrics,Logs}} message. */
  Slice scopeGroupBytes() {
    return scopeGroupBytes;
  }

  private boolean nextScoped() {
    while (scopeGroup.next()) {
      if (scopeGroup.tag() == OtlpFields.SCOPE_GROUP_ITEMS) {
        scopeGroup.slice(item);
        return true;
      }
    }
    return false;
  }

  private boolean nextPoint() {
    while (true) {
      while (points.next()) {
        if (points.tag() == OtlpFields.DATA_DATA_POINTS) {
          points.slice(item);
          return true;
        }
      }
      if (!nextData()) {
        return false;
      }
    }
  }

  /** Moves to the next gauge, sum, … of this metric, or of the next metric of this scope. */
  private boolean nextData() {
    while (true) {
      while (metricData.next()) {
        MetricView.Kind kind = MetricView.Kind.of(metricData.tag());
        if (kind != null) {
          metric.data(kind, metricData);
          metricData.enter(points);
          return true;
        }
      }
      if (!nextScoped()) {
        return false;
      }
      metric.reset(item);
      newMetric = true;
      metricData.reset(item);
    }
  }

  private boolean nextScope() {
    while (true) {
      while (resourceGroup.next()) {
        if (resourceGroup.tag() == OtlpFields.RESOURCE_GROUP_SCOPE_GROUPS) {
          header(resourceGroup.enter(scopeGroup), scope, scopeSchemaUrl);
          resourceGroup.enter(scopeGroup);
          resourceGroup.slice(scopeGroupBytes);
          newScope = true;
          return true;
        }
      }
      if (!nextResource()) {
        return false;
      }
    }
  }

  private boolean nextResource() {
    while (request.next()) {
      if (request.tag() == OtlpFields.REQUEST_RESOURCE_GROUPS) {
        header(request.enter(resourceGroup), resource, resourceSchemaUrl);
        request.enter(resourceGroup);
        request.slice(resourceGroupBytes);
        newResource = true;
        return true;
      }
    }
    return false;
  }

  /** What is said of a group may come after its members. */
  private static void header(ProtoReader group, Slice about, Slice schemaUrl) {
    about.clear();
    schemaUrl.clear();
    while (group.next()) {
      switch (group.tag()) {
        case OtlpFields.RESOURCE_GROUP_RESOURCE -> group.slice(about);
        case OtlpFields.RESOURCE_GROUP_SCHEMA_URL -> group.slice(schemaUrl);
        default -> {}
      }
    }
  }
}
