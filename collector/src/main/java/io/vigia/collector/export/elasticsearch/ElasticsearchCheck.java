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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks who is there, and says what to do when it is not an Elasticsearch we can use. */
final class ElasticsearchCheck {
  static final String WHO = "check username and passwordFile, apiKeyFile or tokenFile";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern TOO_OLD = Pattern.compile("([0-7]|8\\.[0-6])\\..*");
  private final HttpClient client;
  private final Endpoint endpoint;

  ElasticsearchCheck(HttpClient client) {
    this.client = client;
    this.endpoint = client.endpoint();
  }

  /** One that answers is enough; what the others say is told. */
  static CheckResult combine(List<CheckResult> results) {
    CheckResult best = results.stream().filter(CheckResult::ok).findFirst().orElse(results.get(0));
    String all = results.stream().map(CheckResult::summary).collect(Collectors.joining("; "));
    return new CheckResult(best.ok(), all, best.remedy());
  }

  /** Whether a 403 is Elasticsearch's, and not of a filter or proxy that lets nobody through. */
  static boolean isAboutRights(HttpAnswer answer) {
    return answer.excerpt().contains("security_exception");
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
      return e.check();
    }
  }

  private CheckResult judge(HttpAnswer answer, @Nullable String version) {
    if (answer.status() == 401) {
      return CheckResult.failed(endpoint + " answered 401", WHO);
    }
    if (answer.status() == 403) {
      return isAboutRights(answer)
          ? CheckResult.failed(
              endpoint + " answered 403", "give the account the privileges monitor and create_doc")
          : CheckResult.failed(
              endpoint + " answered 403: " + answer.excerpt(),
              "does a traffic filter, or the rule of a proxy, keep this machine out?");
    }
    if (version == null || answer.header("x-elastic-product") == null) {
      return CheckResult.failed(
          endpoint + " is no Elasticsearch 8 or newer (status " + answer.status() + ")",
          "check the address; OpenSearch and Elasticsearch before 7.14 are not supported");
    }
    if (TOO_OLD.matcher(version).matches()) { // our templates need what 8.7 brought
      return CheckResult.failed(
          endpoint + " is Elasticsearch " + version, "upgrade it to version 8.7 or newer");
    }
    return CheckResult.ok(endpoint + " is Elasticsearch " + version);
  }

  private HttpAnswer get(String path) throws NetException {
    try {
      return client.send(HttpMethod.GET, endpoint.path() + path, Map.of(), null).get();
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
