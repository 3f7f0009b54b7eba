package io.vigia.collector.receive.containers;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vigia.collector.receive.JsonEndpoint;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /stdout?pod=UID&container=NAME&text=TEXT}: how an agent learns whether the logs of its
 * container are read from files, so that one of the two ships them and not both. The answers are in
 * {@code collector/docs/containers.md}.
 *
 * <p>A text is looked for by a thread of its own: the file's disk may be slow, and the reading
 * thread may be waiting for the intake.
 */
public final class StdoutEndpoint implements JsonEndpoint {
  /** A shorter text could be in any log. */
  private static final int LEAST_TEXT = 8;

  /** Each costs a read of 64 KiB; who comes while so many wait is told to ask again. */
  private static final int MAX_WAITING = 256;

  private static final int IDLE_SECONDS = 10;

  private static final Answer NOT_YET =
      new Answer(
          HttpResponseStatus.SERVICE_UNAVAILABLE, "{\"error\":\"not known yet; ask again\"}");

  private final Supplier<@Nullable ContainerLogReceiver> receiver;
  private final Executor files;

  /**
   * @param receiver gives null when container logs are not read
   */
  public StdoutEndpoint(Supplier<@Nullable ContainerLogReceiver> receiver) {
    this(receiver, oneThread());
  }

  /**
   * @param files where files are read; may reject
   */
  StdoutEndpoint(Supplier<@Nullable ContainerLogReceiver> receiver, Executor files) {
    this.receiver = receiver;
    this.files = files;
  }

  private static Executor oneThread() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            task -> {
              Thread thread = new Thread(task, "vigia-stdout");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true); // agents ask when they start
    return executor;
  }

  @Override
  public String path() {
    return "/stdout";
  }

  @Override
  public CompletionStage<Answer> answer(Map<String, List<String>> parameters) {
    String pod = JsonEndpoint.one(parameters, "pod");
    String text = JsonEndpoint.one(parameters, "text");
    ContainerLogReceiver reading = receiver.get();
    if (pod.isEmpty() || !text.isEmpty() && text.length() < LEAST_TEXT) {
      return done(
          HttpResponseStatus.BAD_REQUEST,
          "{\"error\":\"/stdout?pod=UID&container=NAME&text=TEXT; text of 8 characters or more\"}");
    }
    if (reading == null) {
      return done(HttpResponseStatus.OK, "{\"on\":false,\"reads\":false,\"seen\":false}");
    }
    if (!reading.hasLooked()) {
      return notYet();
    }
    String container = JsonEndpoint.one(parameters, "container");
    boolean reads = reading.reads(pod, container);
    if (!reads && reading.isBehind()) {
      return byFiles(() -> reading.willRead(pod) ? NOT_YET : read(false, false));
    }
    if (!reads || text.isEmpty()) {
      return CompletableFuture.completedFuture(read(reads, false));
    }
    return byFiles(() -> read(true, reading.hasSeen(pod, container, text)));
  }

  private CompletionStage<Answer> byFiles(Supplier<Answer> answer) {
    try {
      return CompletableFuture.supplyAsync(answer, files);
    } catch (RejectedExecutionException e) {
      return notYet();
    }
  }

  private static Answer read(boolean reads, boolean seen) {
    return new Answer(
        HttpResponseStatus.OK, "{\"on\":true,\"reads\":" + reads + ",\"seen\":" + seen + "}");
  }

  private static CompletionStage<Answer> notYet() {
    return CompletableFuture.completedFuture(NOT_YET);
  }

  private static CompletionStage<Answer> done(HttpResponseStatus status, String json) {
    return CompletableFuture.completedFuture(new Answer(status, json));
  }
}
