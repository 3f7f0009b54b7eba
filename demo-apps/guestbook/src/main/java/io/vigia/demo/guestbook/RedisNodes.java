package io.vigia.demo.guestbook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * The Redis servers: writes go to the primary, reads to the replicas in turn, and to the next one
 * (in the end the primary) when one does not answer. Connections are opened when first used; their
 * number and every wait are bounded. Safe for use by several threads.
 */
class RedisNodes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedisNodes.class);
  private static final int MAX_CONNECTIONS_PER_NODE = 32;
  private static final int CONNECT_TIMEOUT_MILLIS = 500;
  private static final int ANSWER_TIMEOUT_MILLIS = 1_000;

  private record Node(HostAndPort address, JedisPool pool) {}

  private final Node primary;
  private final List<Node> replicas;
  private final AtomicInteger turn = new AtomicInteger();

  RedisNodes(HostAndPort primary, List<HostAndPort> replicas) {
    this.primary = open(primary);
    this.replicas =
        replicas.stream()
            .filter(address -> !address.equals(primary))
            .map(RedisNodes::open)
            .toList();
  }

  /** How many servers follow the primary. */
  int replicas() {
    return replicas.size();
  }

  /**
   * Runs commands on the primary.
   *
   * @throws redis.clients.jedis.exceptions.JedisException when it does not answer or refuses
   */
  <T> T write(Function<Jedis, T> commands) {
    try (Jedis jedis = primary.pool().getResource()) {
      return commands.apply(jedis);
    }
  }

  /**
   * Runs commands that change nothing on one of the replicas.
   *
   * @throws redis.clients.jedis.exceptions.JedisException when no server answers
   */
  <T> T read(Function<Jedis, T> commands) {
    int first = replicas.isEmpty() ? 0 : Math.floorMod(turn.getAndIncrement(), replicas.size());
    for (int i = 0; i < replicas.size(); i++) {
      Node replica = replicas.get((first + i) % replicas.size());
      try (Jedis jedis = replica.pool().getResource()) {
        return commands.apply(jedis);
      } catch (JedisConnectionException | JedisDataException e) {
        // data errors too: a replica that lost its primary or is loading refuses to read
        log.warn(
            "replica {} did not answer, trying the next: {}", replica.address(), e.getMessage());
      }
    }
    return write(commands);
  }

  /**
   * Runs the commands on each server; a failure is given to {@code onFailure} in place of an
   * answer.
   */
  <T> List<T> each(Function<Jedis, T> commands, Function<HostAndPort, T> onFailure) {
    List<Node> all = new ArrayList<>(replicas);
    all.add(0, primary);
    List<T> answers = new ArrayList<>();
    for (Node node : all) {
      try (Jedis jedis = node.pool().getResource()) {
        answers.add(commands.apply(jedis));
      } catch (JedisConnectionException | JedisDataException e) {
        log.warn("redis {} did not answer: {}", node.address(), e.getMessage());
        answers.add(onFailure.apply(node.address()));
      }
    }
    return answers;
  }

  @Override
  public void close() {
    primary.pool().close();
    replicas.forEach(replica -> replica.pool().close());
  }

  private static Node open(HostAndPort address) {
    JedisPoolConfig pool = new JedisPoolConfig();
    pool.setMaxTotal(MAX_CONNECTIONS_PER_NODE);
    pool.setMaxIdle(MAX_CONNECTIONS_PER_NODE);
    pool.setMaxWait(Duration.ofMillis(ANSWER_TIMEOUT_MILLIS));
    // no idle checks: a PING every few seconds would be a trace of its own each time
    pool.setTestWhileIdle(false);
    pool.setJmxEnabled(false);
    DefaultJedisClientConfig client =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(CONNECT_TIMEOUT_MILLIS)
            .socketTimeoutMillis(ANSWER_TIMEOUT_MILLIS)
            .clientSetInfoConfig(redis.clients.jedis.ClientSetInfoConfig.DISABLED)
            .build();
    return new Node(address, new JedisPool(pool, address, client));
  }
}
