package io.vigia.collector.export.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.net.Endpoint;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.net.HttpClient;
import io.vigia.collector.net.NetException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Asks who is there, and says what to do when it is not an Elasticsearch we can use. */
final class ElasticsearchCheck {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient client;
  private final Endpoint endpoint;
  private final ElasticsearchAuth auth;

  ElasticsearchCheck(HttpClient client, Endpoint endpoint, ElasticsearchAuth auth) {
    this.client = client;
    this.endpoint = endpoint;
    this.auth = auth;
  }

  CheckResult run() {
    try {
      HttpAnswer answer = get("/");
      String version = version(answer.body(), "/version/number");
      if (version == null && answer.header("x-elastic-product") != null) {
        // distributions without a root page still tell it here
        HttpAnswer nodes = get("/_nodes/_local?filter_path=nodes.*.version");
        version = version(nodes.body(), "/nodes/*/version");
      }
      return judge(answer, version);
    } catch (NetException e) {
      return CheckResult.failed(String.valueOf(e.getMessage()), e.kind().remedy());
    } catch (IOException e) {
      return CheckResult.failed(
          endpoint + ": cannot read the secret: " + e.getMessage(),
          "check passwordFile or apiKeyFile");
    }
  }

  private CheckResult judge(HttpAnswer answer, @Nullable String version) {
    if (answer.status() == 401) {
      return CheckResult.failed(
          endpoint + " answered 401", "set username and passwordFile, or apiKeyFile");
    }
    if (answer.status() == 403) {
      return CheckResult.failed(
          endpoint + " answered 403", "give the account the privileges monitor and create_doc");
    }
    if (version == null || answer.header("x-elastic-product") == null) {
      return CheckResult.failed(
          endpoint + " is no Elasticsearch 8 or newer (status " + answer.status() + ")",
          "check the address; OpenSearch and Elasticsearch before 7.14 are not supported");
    }
    int major = version.indexOf('.') > 0 ? version.charAt(0) - '0' : 0;
    if (version.length() > 1 && version.charAt(1) == '.' && major < 8) {
      return CheckResult.failed(
          endpoint + " is Elasticsearch " + version, "upgrade it to version 8 or 9");
    }
    return CheckResult.ok(endpoint + " is Elasticsearch " + version);
  }

  private HttpAnswer get(String path) throws IOException {
    String header = auth.header();
    try {
      return client
          .send(
              HttpMethod.GET,
              endpoint.path() + path,
              header == null ? Map.of() : Map.of("authorization", header),
              null)
          .get();
    } catch (ExecutionException e) {
      throw NetException.of(endpoint.toString(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetException(NetException.Kind.SHUTDOWN, endpoint + ": interrupted");
    }
  }

  private static @Nullable String version(byte[] body, String path) {
    try {
      JsonNode node = JSON.readTree(body);
      if (path.contains("*")) {
        node =
            node.path("nodes").elements().hasNext() ? node.path("nodes").elements().next() : node;
        return node.path("version").asText(null);
      }
      return node.at(path).asText(null);
    } catch (IOException e) {
      return null;
    }
  }
}
