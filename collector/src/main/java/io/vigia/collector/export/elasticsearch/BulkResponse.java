package io.vigia.collector.export.elasticsearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.ExportResult.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges every item of a {@code _bulk} answer. Source: Elasticsearch reference, "Bulk API",
 * response body.
 *
 * <ul>
 *   <li>2xx: delivered; but into the failure store: refused, {@code failure_store};
 *   <li>409: there already, which is what {@code create} with a stable id is for: delivered;
 *   <li>401, 403, 404, 408, 429, 5xx: the cluster's fault, not the document's: that item again; so
 *       are some 400s ({@link #ofTheCluster});
 *   <li>any other: refused, with the error's type as the reason.
 * </ul>
 */
final class BulkResponse {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MAX_DETAIL = 300;

  /** Leaves out what is not judged; the answer to 10,000 created documents is then 250 kB. */
  static final String FILTER_PATH =
      "errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,"
          + "items.*.error.caused_by.reason";

  // what Elasticsearch answers, with this filter, when all is well: nearly always
  private static final byte[] HEAD = JsonBuffer.ascii("{\"errors\":false,\"items\":[");
  private static final byte[] CREATED = JsonBuffer.ascii("{\"create\":{\"status\":201}},");

  private final ExportBatch batch;
  private final String url;
  private final Doubtful doubtful;
  private final Runnable missing;
  private final List<Refused> refused = new ArrayList<>();
  private final @Nullable BitSet[] again;
  private int duplicates;
  private @Nullable String retryReason;
  private int entry;
  private int item = -1;

  private int status;
  private @Nullable String failureStore;
  private @Nullable String errorType;
  private @Nullable String errorReason;

  private BulkResponse(ExportBatch batch, String url, Doubtful doubtful, Runnable missing) {
    this.batch = batch;
    this.url = url;
    this.doubtful = doubtful;
    this.missing = missing;
    this.again = new BitSet[batch.entries().size()];
  }

  /**
   * An answer that cannot be understood means: all of it again.
   *
   * @param doubtful is told of what may be there although it is to be sent again
   * @param missing is told when there is nothing of the name that was written to
   */
  static ExportResult judge(
      ExportBatch batch, byte[] answer, String url, Doubtful doubtful, Runnable missing) {
    if (isAllCreated(answer, batch.items())) {
      return ExportResult.delivered();
    }
    BulkResponse response = new BulkResponse(batch, url, doubtful, missing);
    try (JsonParser parser = JSON.createParser(answer)) {
      int judged = response.read(parser);
      if (judged != batch.items()) {
        doubtful.doubt(batch);
        return ExportResult.retryAll(
            batch, url + " judged " + judged + " of " + batch.items() + " documents", 0);
      }
    } catch (IOException e) {
      doubtful.doubt(batch);
      return ExportResult.retryAll(batch, url + " answered no bulk response", 0);
    }
    return response.result();
  }

  /** Whether the answer says, to the byte, that so many documents were created and nothing else. */
  private static boolean isAllCreated(byte[] answer, int items) {
    int end = HEAD.length + items * CREATED.length; // the last item's comma is a bracket
    if (answer.length != end + 1
        || answer[end - 1] != ']'
        || answer[end] != '}'
        || !Arrays.equals(answer, 0, HEAD.length, HEAD, 0, HEAD.length)) {
      return false;
    }
    int last = CREATED.length - 1;
    for (int at = HEAD.length; at < end; at += CREATED.length) {
      if (!Arrays.equals(answer, at, at + last, CREATED, 0, last)
          || at + last < end - 1 && answer[at + last] != ',') {
        return false;
      }
    }
    return true;
  }

  private int read(JsonParser parser) throws IOException {
    int judged = 0;
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException("not an object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean items = parser.currentName().equals("items");
      JsonToken value = parser.nextToken();
      if (items && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
          parser.nextToken(); // "create"
          if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("an item that is no object");
          }
          readItem(parser);
          if (parser.nextToken() != JsonToken.END_OBJECT) {
            throw new IOException("an item with two actions");
          }
          if (++judged > batch.items()) {
            return judged;
          }
          judgeItem();
        }
      } else {
        parser.skipChildren();
      }
    }
    return judged;
  }

  private void readItem(JsonParser parser) throws IOException {
    status = 0;
    failureStore = null;
    errorType = null;
    errorReason = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "status" -> status = parser.getValueAsInt();
        case "failure_store" -> failureStore = parser.getValueAsString();
        case "error" -> readError(parser);
        default -> parser.skipChildren();
      }
    }
  }

  private void readError(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      errorReason = parser.getValueAsString();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("type")) {
        errorType = parser.getValueAsString();
      } else if (name.equals("reason")) {
        errorReason = parser.getValueAsString();
      } else if (name.equals("caused_by") && value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean reason = parser.currentName().equals("reason");
          parser.nextToken();
          if (reason && parser.getValueAsString() != null) {
            errorReason = errorReason + ": " + parser.getValueAsString();
          }
          parser.skipChildren();
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  private void judgeItem() {
    nextItem();
    if (status >= 200 && status < 300) {
      if ("used".equals(failureStore)) {
        refused.add(
            new Refused(entry, item, "failure_store", "kept in the stream's failure store"));
      }
    } else if (status == 409) {
      duplicates++;
    } else if (operational(status) || ofTheCluster()) {
      if (status >= 500 || status == 408) { // written by a primary that could not say so in time?
        doubtful.doubt(batch.signal(), batch.entries().get(entry).record().id().sequence() + 1);
      }
      if (status == 404) {
        missing.run();
      }
      BitSet items = again[entry];
      if (items == null) {
        items = new BitSet();
        again[entry] = items;
      }
      items.set(item);
      if (retryReason == null) {
        retryReason = status + " for documents from " + url + ": " + detail();
      }
    } else {
      String reason = errorType == null ? "status_" + status : errorType;
      refused.add(new Refused(entry, item, reason, detail()));
    }
  }

  private static boolean operational(int status) {
    return status == 401
        || status == 403
        || status == 404
        || status == 408
        || status == 429
        || status >= 500
        || status < 200;
  }

  /**
   * 400 is also what a document gets because its index was closed, because no index may be made for
   * it (too many shards), or because the index' pipeline is gone. An operator mends that.
   */
  private boolean ofTheCluster() {
    return "index_closed_exception".equals(errorType)
        || "validation_exception".equals(errorType)
        || errorReason != null && errorReason.startsWith("pipeline with id [");
  }

  /** Moves to the next item that was sent. */
  private void nextItem() {
    item++;
    while (true) {
      ExportBatch.Entry current = batch.entries().get(entry);
      BitSet wanted = current.wanted();
      int next =
          wanted != null ? wanted.nextSetBit(item) : item < current.record().items() ? item : -1;
      if (next >= 0) {
        item = next;
        return;
      }
      entry++;
      item = 0;
    }
  }

  private String detail() {
    String text = (errorType == null ? "" : errorType + ": ") + errorReason;
    text = text.replace('\n', ' ');
    return text.length() > MAX_DETAIL ? text.substring(0, MAX_DETAIL) : text;
  }

  private ExportResult result() {
    if (refused.isEmpty() && duplicates == 0 && retryReason == null) {
      return ExportResult.delivered();
    }
    List<ExportBatch.Entry> retry = new ArrayList<>();
    for (int i = 0; i < again.length; i++) {
      if (again[i] != null) {
        retry.add(new ExportBatch.Entry(batch.entries().get(i).record(), again[i]));
      }
    }
    return new ExportResult(duplicates, refused, retry, 0, retryReason);
  }
}
