package io.vigia.collector.receive.containers;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vigia.collector.receive.JsonEndpoint;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /stdout?pod=UID&container=NAME&text=TEXT}: how an agent learns whether the logs of its
 * container are read from files, so that one of the two ships them and not both. The answers are in
 * {@code collector/docs/containers.md}.
 */
public final class StdoutEndpoint extends JsonEndpoint {
  /** A shorter text could be in any log. */
  private static final int LEAST_TEXT = 8;

  private final Supplier<@Nullable ContainerLogReceiver> receiver;

  /**
   * @param receiver gives null when container logs are not read
   */
  public StdoutEndpoint(Supplier<@Nullable ContainerLogReceiver> receiver) {
    super("/stdout");
    this.receiver = receiver;
  }

  @Override
  protected Answer answer(Map<String, List<String>> parameters) {
    String pod = one(parameters, "pod");
    String text = one(parameters, "text");
    ContainerLogReceiver reading = receiver.get();
    if (pod.isEmpty() || !text.isEmpty() && text.length() < LEAST_TEXT) {
      return new Answer(
          HttpResponseStatus.BAD_REQUEST,
          "{\"error\":\"/stdout?pod=UID&container=NAME&text=TEXT; text of 8 characters or more\"}");
    }
    if (reading != null && !reading.hasLooked()) {
      return new Answer(
          HttpResponseStatus.SERVICE_UNAVAILABLE, "{\"error\":\"not known yet; ask again\"}");
    }
    String container = one(parameters, "container");
    boolean reads = reading != null && reading.reads(pod, container);
    boolean seen = reads && !text.isEmpty() && reading.hasSeen(pod, container, text);
    return new Answer(
        HttpResponseStatus.OK,
        "{\"on\":" + (reading != null) + ",\"reads\":" + reads + ",\"seen\":" + seen + "}");
  }
}
