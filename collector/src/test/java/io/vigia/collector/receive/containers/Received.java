package io.vigia.collector.receive.containers;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.vigia.collector.core.Batch;
import io.vigia.collector.core.Intake;
import io.vigia.collector.core.IntakeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** An intake that remembers what it was given, decoded by an independent library. */
final class Received implements Intake {
  private final List<Entry> entries = Collections.synchronizedList(new ArrayList<>());
  private volatile int refusals;

  /** Runs before each batch is taken or refused. */
  volatile Runnable before = () -> {};

  /** One log record. */
  record Entry(Map<String, String> resource, LogRecord log) {
    String body() {
      return log.getBody().getStringValue();
    }

    String stream() {
      return log.getAttributesList().stream()
          .filter(each -> each.getKey().equals("log.iostream"))
          .findFirst()
          .orElseThrow()
          .getValue()
          .getStringValue();
    }
  }

  /** The next batches are refused. */
  void refuse(int batches) {
    refusals = batches;
  }

  int refusalsLeft() {
    return refusals;
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  List<String> bodies() {
    return entries().stream().map(Entry::body).toList();
  }

  @Override
  public CompletableFuture<Void> accept(Batch batch) {
    before.run();
    if (refusals > 0) {
      refusals--;
      return CompletableFuture.failedFuture(new IntakeException.Overloaded("quota", "full", 1));
    }
    try {
      ExportLogsServiceRequest request = ExportLogsServiceRequest.parseFrom(batch.payload());
      int items = 0;
      for (ResourceLogs resource : request.getResourceLogsList()) {
        Map<String, String> attributes = new TreeMap<>();
        for (KeyValue each : resource.getResource().getAttributesList()) {
          attributes.put(
              each.getKey(),
              each.getValue().hasIntValue()
                  ? Long.toString(each.getValue().getIntValue())
                  : each.getValue().getStringValue());
        }
        for (ScopeLogs scope : resource.getScopeLogsList()) {
          for (LogRecord log : scope.getLogRecordsList()) {
            entries.add(new Entry(attributes, log));
            items++;
          }
        }
      }
      if (items != batch.items()) {
        throw new AssertionError(batch.items() + " announced, " + items + " there");
      }
      return CompletableFuture.completedFuture(null);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
