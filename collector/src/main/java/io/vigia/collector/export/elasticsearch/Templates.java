package io.vigia.collector.export.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the component templates ({@code vigia-settings}, {@code vigia-common}, {@code vigia-logs},
 * {@code vigia-traces}) and one index template per data stream, which also takes {@code
 * <type>-<dataset>@custom} when the operator made it. Whatever a server does not know (an older
 * version, a missing module) is left out, with a line in the log, rather than failing.
 */
final class Templates {
  private static final Logger log = LoggerFactory.getLogger(Templates.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Above Elasticsearch's own {@code logs-*-*} (100) and what people tend to add (200). */
  private static final int PRIORITY = 210;

  private final ElasticsearchClient client;
  private final String dataset;
  private final String retention;

  /**
   * @param retention how long a data stream keeps documents, e.g. {@code 30d}; empty for ever
   */
  Templates(ElasticsearchClient client, String dataset, String retention) {
    this.client = client;
    this.dataset = dataset;
    this.retention = retention;
  }

  /** Blocking. Idempotent. */
  void install(Set<Signal> signals) throws IOException {
    component("vigia-settings", resource("settings"));
    component("vigia-common", resource("common"));
    for (Signal signal : signals) {
      component("vigia-" + signal.id(), resource(signal.id()));
      index(signal);
    }
  }

  private void component(String name, JsonNode body) throws IOException {
    try {
      put(name, body);
    } catch (ElasticsearchException e) {
      JsonNode plainer = plainer(body, String.valueOf(e.getMessage()));
      if (e.status() != 400 || plainer.equals(body)) {
        throw e;
      }
      log.info(
          "Elasticsearch does not know all of template {}, going without: {}",
          name,
          e.error().reason());
      put(name, plainer);
    }
  }

  private void put(String name, JsonNode body) throws IOException {
    client
        .cluster()
        .putComponentTemplate(b -> b.withJson(new StringReader(body.toString())).name(name));
  }

  /** The same without what the server complained about. */
  private static JsonNode plainer(JsonNode body, String complaint) throws IOException {
    String text = body.toString();
    if (complaint.contains("match_only_text")) {
      text = text.replace("match_only_text", "text");
    }
    if (complaint.contains("ignore_dynamic_beyond_limit")) {
      text = text.replace(",\"ignore_dynamic_beyond_limit\":true", "");
    }
    return JSON.readTree(text);
  }

  private void index(Signal signal) throws IOException {
    String stream = signal.id() + "-" + dataset;
    ObjectNode body = JSON.createObjectNode();
    body.putArray("index_patterns").add(stream + "-*");
    body.put("priority", PRIORITY);
    body.putObject("data_stream");
    ArrayNode parts = body.putArray("composed_of");
    parts.add("vigia-settings").add("vigia-common").add("vigia-" + signal.id());
    String custom = stream + "@custom";
    parts.add(custom);
    body.putArray("ignore_missing_component_templates").add(custom);
    body.putObject("_meta").put("managed_by", "vigia");
    if (!retention.isEmpty()) {
      body.putObject("template").putObject("lifecycle").put("data_retention", retention);
    }
    String name = "vigia-" + stream;
    try {
      putIndex(name, body);
    } catch (ElasticsearchException e) {
      if (e.status() != 400 || !String.valueOf(e.getMessage()).contains("lifecycle")) {
        throw e;
      }
      log.warn(
          "Elasticsearch knows no data stream lifecycle, {} is kept for ever: {}",
          stream,
          e.error().reason());
      body.remove("template");
      putIndex(name, body);
    }
  }

  private void putIndex(String name, ObjectNode body) throws IOException {
    client
        .indices()
        .putIndexTemplate(b -> b.withJson(new StringReader(body.toString())).name(name));
  }

  private static JsonNode resource(String name) throws IOException {
    try (InputStream in = Templates.class.getResourceAsStream(name + ".json")) {
      if (in == null) {
        throw new IOException("missing in the jar: " + name + ".json");
      }
      return JSON.readTree(in);
    }
  }
}
