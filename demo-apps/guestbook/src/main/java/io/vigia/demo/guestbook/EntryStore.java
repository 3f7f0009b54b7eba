package io.vigia.demo.guestbook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.params.SetParams;

/**
 * The entries in Redis: the list {@code guestbook} holds one JSON document each, oldest first;
 * {@code guestbook:picture:ID} holds a picture for ten minutes. Safe for use by several threads.
 */
class EntryStore {
  static final String KEY = "guestbook";

  /** Older entries are dropped, so that the book stays small however long the load runs. */
  static final int MAX_ENTRIES = 1_000;

  private static final int PICTURE_TTL_SECONDS = 600;
  private static final int REPLICATION_TIMEOUT_MILLIS = 50;

  private final RedisNodes redis;
  private final ObjectMapper json;

  EntryStore(RedisNodes redis, ObjectMapper json) {
    this.redis = redis;
    this.json = json;
  }

  /** A number no other entry has. */
  long nextId() {
    return redis.write(jedis -> jedis.incr(KEY + ":id"));
  }

  /**
   * Writes an entry, and gives the replicas a moment to have it, so that the visitor sees it when
   * the page reloads.
   *
   * @param image the picture itself; null for an entry without one
   */
  void add(Entry entry, byte @Nullable [] image) {
    String document = write(entry);
    redis.write(
        jedis -> {
          if (image != null) {
            jedis.set(pictureKey(entry.id()), image, SetParams.setParams().ex(PICTURE_TTL_SECONDS));
          }
          if (jedis.rpush(KEY, document) > MAX_ENTRIES) {
            jedis.ltrim(KEY, -MAX_ENTRIES, -1);
          }
          return redis.replicas() == 0
              ? 0L
              : jedis.waitReplicas(redis.replicas(), REPLICATION_TIMEOUT_MILLIS);
        });
  }

  /** The newest entries, oldest first. */
  List<Entry> newest(int count) {
    return redis.read(jedis -> jedis.lrange(KEY, -count, -1)).stream().map(this::read).toList();
  }

  /** The picture of an entry, or empty when it has none or is older than ten minutes. */
  Optional<byte[]> picture(long id) {
    return Optional.ofNullable(redis.<byte @Nullable []>read(jedis -> jedis.get(pictureKey(id))));
  }

  private static byte[] pictureKey(long id) {
    return (KEY + ":picture:" + id).getBytes(StandardCharsets.US_ASCII);
  }

  private String write(Entry entry) {
    try {
      return json.writeValueAsString(entry);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A line some other program pushed is an entry too: the list is the classic guestbook's. */
  private Entry read(String document) {
    try {
      return json.readValue(document, Entry.class);
    } catch (JsonProcessingException e) {
      return new Entry(0, 0, document, null);
    }
  }
}
