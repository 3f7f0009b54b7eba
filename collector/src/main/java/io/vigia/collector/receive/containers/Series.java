package io.vigia.collector.receive.containers;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The log of one run of a container: {@code NAMESPACE_POD_UID/CONTAINER/RESTARTS.log} and what it
 * was rotated to, in the order in which it was written.
 */
final class Series {
  private static final String SAFE = "[bcdfghjklmnpqrstvwxz2456789]";
  private static final List<Pattern> WORKLOADS =
      List.of(
          Pattern.compile("(.+)-" + SAFE + "{6,10}-" + SAFE + "{5}"), // of a Deployment
          Pattern.compile("(.+)-\\d{1,4}"), // of a StatefulSet
          Pattern.compile("(.+)-" + SAFE + "{5}")); // of a DaemonSet or a Job

  private final Path directory;
  private final Container container;
  private final int restarts;
  private final Progress progress;
  private List<LogFile> files = List.of();

  /** Names after Kubernetes; none of them contains an underscore or a slash. */
  record Container(String namespace, String pod, String uid, String name) {
    @Override
    public String toString() {
      return namespace + "/" + pod + "/" + name;
    }

    /** What the pods of one Deployment, StatefulSet, DaemonSet or Job have in common. */
    String workload() {
      for (Pattern pattern : WORKLOADS) {
        Matcher matcher = pattern.matcher(pod);
        if (matcher.matches()) {
          return matcher.group(1);
        }
      }
      return pod;
    }
  }

  Series(Path directory, Container container, int restarts, Progress progress) {
    this.directory = directory;
    this.container = container;
    this.restarts = restarts;
    this.progress = progress;
  }

  Path directory() {
    return directory;
  }

  Container container() {
    return container;
  }

  Progress progress() {
    return progress;
  }

  /** Oldest first. */
  List<LogFile> files() {
    return files;
  }

  void files(List<LogFile> files) {
    this.files = List.copyOf(files);
  }

  /**
   * Bytes on disk that were not delivered, of the files that are known; none of compressed ones.
   */
  long lagBytes() {
    long bytes = 0;
    for (LogFile file : files) {
      Progress.File known = progress.of(file);
      if (!file.isGzip()) {
        bytes += Math.max(0, file.sizeNow() - (known == null ? 0 : known.least()));
      }
    }
    return bytes;
  }

  /** Resource attributes after the semantic conventions ("Kubernetes", "Service"). */
  Map<String, Object> attributes() {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("service.name", container.workload());
    attributes.put("k8s.namespace.name", container.namespace);
    attributes.put("k8s.pod.name", container.pod);
    attributes.put("k8s.pod.uid", container.uid);
    attributes.put("k8s.container.name", container.name);
    attributes.put("k8s.container.restart_count", (long) restarts);
    return attributes;
  }
}
