package io.vigia.demo.guestbook;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** How the service is: for the one who runs it, and nothing an onlooker could use. */
@RestController
class InfoController {
  /** Of what Redis tells of itself; paths, process ids and the build are left out. */
  private static final Set<String> SHOWN_OF_REDIS =
      Set.of(
          "redis_version",
          "tcp_port",
          "uptime_in_seconds",
          "connected_clients",
          "used_memory_human",
          "maxmemory_human",
          "total_commands_processed",
          "instantaneous_ops_per_sec",
          "evicted_keys",
          "role",
          "connected_slaves",
          "master_link_status",
          "master_repl_offset",
          "slave_repl_offset",
          "db0");

  /**
   * Environment variables that cannot hold a secret; everything else is not shown at all, not even
   * its name.
   */
  private static final Set<String> SHOWN_OF_ENVIRONMENT =
      Set.of(
          "HOSTNAME",
          "LANG",
          "LC_ALL",
          "TZ",
          "POD_NAME",
          "POD_NAMESPACE",
          "NODE_NAME",
          "REDIS_PRIMARY",
          "REDIS_REPLICAS");

  private final RedisNodes redis;

  InfoController(RedisNodes redis) {
    this.redis = redis;
  }

  /** A few lines for each Redis server, the primary first. */
  @GetMapping(path = "/info", produces = MediaType.TEXT_PLAIN_VALUE)
  String info() {
    return String.join(
        "\n",
        redis.each(jedis -> shown(jedis.info()), address -> "# " + address + " does not answer\n"));
  }

  @GetMapping("/env")
  Map<String, String> env() {
    return shown(System.getenv());
  }

  @GetMapping(path = "/healthz", produces = MediaType.TEXT_PLAIN_VALUE)
  String healthz() {
    return "ok\n";
  }

  static Map<String, String> shown(Map<String, String> environment) {
    Map<String, String> shown = new TreeMap<>(environment);
    shown.keySet().retainAll(SHOWN_OF_ENVIRONMENT);
    // redis://user:password@host would be refused at start, but who knows what is set besides
    shown.replaceAll((name, value) -> value.contains("@") ? "(hidden)" : value);
    return shown;
  }

  private static String shown(String info) {
    List<String> lines =
        info.lines()
            .map(String::strip)
            .filter(line -> SHOWN_OF_REDIS.contains(line.split(":", 2)[0]))
            .toList();
    return lines.stream().collect(Collectors.joining("\n", "# Redis\n", "\n"));
  }
}
