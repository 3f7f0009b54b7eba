package io.vigia.collector.otlp;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Writes single items of a walked request with their surroundings: resource group → scope group →
 * (metric → data) → item, each opened when its first item comes. Everything said of a group, also
 * what this version does not know, is copied.
 */
final class GroupWriter {
  /** Room for the lengths of the messages around an item. */
  private static final int FRAME_BYTES = 40;

  private final boolean metrics;
  private final ProtoReader reader = new ProtoReader();
  private final ProtoReader inner = new ProtoReader();
  private final KeyValues attributes = new KeyValues();
  private final Slice data = new Slice();
  private Map<String, String> extra = Map.of();
  private int extraBytes;
  private int resourceMark = -1;
  private int scopeMark = -1;
  private int metricMark = -1;
  private int dataMark = -1;

  /** Whether the source moved to another group since the last item was written. */
  private boolean resourceMoved;

  private boolean scopeMoved;
  private boolean metricMoved;

  GroupWriter(boolean metrics) {
    this.metrics = metrics;
  }

  /** Begins another record. */
  void reset(Map<String, String> extraAttributes) {
    extra = extraAttributes;
    extraBytes = 0;
    extra.forEach((key, value) -> extraBytes += 3 * (key.length() + value.length()) + 20);
  }

  /** To be told of every item of the walk, also of those that are not written. */
  void moved(OtlpItems walk) {
    resourceMoved |= walk.newResource();
    scopeMoved |= walk.newScope();
    metricMoved |= walk.newMetric() || walk.metric().moved();
  }

  /** An upper bound of what {@link #write} would add. */
  int cost(OtlpItems walk) {
    int cost = walk.item().length() + FRAME_BYTES;
    boolean resource = resourceMark < 0 || resourceMoved;
    boolean scope = resource || scopeMark < 0 || scopeMoved;
    if (resource) {
      cost += walk.resource().length() + walk.resourceSchemaUrl().length() + extraBytes;
    }
    if (scope) {
      cost += walk.scope().length() + walk.scopeSchemaUrl().length();
    }
    if (metrics && (scope || metricMark < 0 || metricMoved)) {
      MetricView metric = walk.metric();
      cost += metric.headerBytes();
    }
    return cost;
  }

  void write(OtlpItems walk, ProtoWriter out) {
    if (resourceMoved) {
      close(out);
    } else if (scopeMoved) {
      closeScope(out);
    } else if (metricMoved) {
      closeMetric(out);
    }
    resourceMoved = scopeMoved = metricMoved = false;
    if (resourceMark < 0) {
      resourceMark = out.begin(OtlpFields.REQUEST_RESOURCE_GROUPS, 1 << 14);
      resource(walk, out);
    }
    if (scopeMark < 0) {
      scopeMark = out.begin(OtlpFields.RESOURCE_GROUP_SCOPE_GROUPS, 1 << 14);
      copyExcept(walk.scopeGroupBytes(), OtlpFields.SCOPE_GROUP_ITEMS, out);
    }
    if (!metrics) {
      out.bytes(OtlpFields.SCOPE_GROUP_ITEMS, walk.item());
      return;
    }
    if (metricMark < 0) {
      metric(walk.metric(), out);
    }
    out.bytes(OtlpFields.DATA_DATA_POINTS, walk.item());
  }

  /** Ends what is open, so that {@code out} is a whole request. */
  void close(ProtoWriter out) {
    closeScope(out);
    if (resourceMark >= 0) {
      out.end(resourceMark);
      resourceMark = -1;
    }
  }

  private void closeScope(ProtoWriter out) {
    closeMetric(out);
    if (scopeMark >= 0) {
      out.end(scopeMark);
      scopeMark = -1;
    }
  }

  private void closeMetric(ProtoWriter out) {
    if (metricMark >= 0) {
      out.end(dataMark);
      out.end(metricMark);
      metricMark = -1;
    }
  }

  private void metric(MetricView metric, ProtoWriter out) {
    metricMark = out.begin(OtlpFields.SCOPE_GROUP_ITEMS, 1 << 7);
    reader.reset(metric.bytes());
    for (int from = reader.position(); reader.next(); from = reader.position()) {
      if (MetricView.Kind.of(reader.tag()) == null) {
        out.raw(reader.array(), from, reader.position() - from);
      }
    }
    dataMark = out.begin(metric.dataTag(), 1 << 7);
    copyExcept(metric.data(data), OtlpFields.DATA_DATA_POINTS, out);
  }

  private void resource(OtlpItems walk, ProtoWriter out) {
    reader.reset(walk.resourceGroupBytes());
    for (int from = reader.position(); reader.next(); from = reader.position()) {
      int tag = reader.tag();
      boolean rewritten = tag == OtlpFields.RESOURCE_GROUP_RESOURCE && !extra.isEmpty();
      if (tag != OtlpFields.RESOURCE_GROUP_SCOPE_GROUPS && !rewritten) {
        out.raw(reader.array(), from, reader.position() - from);
      }
    }
    if (!extra.isEmpty()) {
      int mark = out.begin(OtlpFields.RESOURCE_GROUP_RESOURCE, 1 << 7);
      out.raw(walk.resource());
      addMissing(walk.resource(), out);
      out.end(mark);
    }
  }

  private void addMissing(Slice resource, ProtoWriter out) {
    Set<String> present = new HashSet<>();
    attributes.reset(resource, OtlpFields.RESOURCE_ATTRIBUTES);
    while (attributes.next()) {
      present.add(attributes.key().toString());
    }
    extra.forEach(
        (key, value) -> {
          if (!present.contains(key)) {
            int keyValue = out.begin(OtlpFields.RESOURCE_ATTRIBUTES);
            out.string(OtlpFields.KEY_VALUE_KEY, key);
            int any = out.begin(OtlpFields.KEY_VALUE_VALUE);
            out.string(OtlpFields.ANY_VALUE_STRING_VALUE, value);
            out.end(any);
            out.end(keyValue);
          }
        });
  }

  private void copyExcept(Slice message, int tag, ProtoWriter out) {
    inner.reset(message);
    for (int from = inner.position(); inner.next(); from = inner.position()) {
      if (inner.tag() != tag) {
        out.raw(inner.array(), from, inner.position() - from);
      }
    }
  }
}
