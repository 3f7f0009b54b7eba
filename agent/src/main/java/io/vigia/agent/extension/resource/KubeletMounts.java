package io.vigia.agent.extension.resource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the kubelet mounts into every container, of directories that have the pod's uid and the
 * container's name in their paths: the file for its termination message and its {@code /etc/hosts}.
 * So both are known without the downward API. The format: proc(5), {@code /proc/pid/mountinfo}.
 */
final class KubeletMounts {
  static final Path MOUNT_INFO = Paths.get("/proc/self/mountinfo");

  /**
   * Root and mount point are the fourth and fifth field. A static pod has a hash for a uid. Other
   * mount points may be of other pods: a node agent sees the kubelet's directory.
   */
  private static final Pattern OF_THIS_POD =
      Pattern.compile(
          "^\\S+ \\S+ \\S+ (?:/\\S*)?/pods/([0-9a-f-]{32,36})"
              + "/(?:etc-hosts /etc/hosts|containers/(\\S+)/[0-9a-f]{8} /dev/termination-log) ");

  private @Nullable String podUid;
  private @Nullable String containerName;

  private KubeletMounts() {}

  /** Knows nothing when there is no such file. */
  static KubeletMounts read(Path mountInfo) {
    KubeletMounts found = new KubeletMounts();
    try {
      String all = new String(Files.readAllBytes(mountInfo), StandardCharsets.UTF_8);
      for (String line : all.split("\n")) {
        found.take(line);
      }
    } catch (IOException | SecurityException e) {
      // not Linux, or it may not be read
    }
    return found;
  }

  private void take(String line) {
    Matcher mount = OF_THIS_POD.matcher(line);
    if (mount.find()) {
      podUid = mount.group(1);
      containerName = mount.group(2) == null ? containerName : mount.group(2);
    }
  }

  @Nullable String podUid() {
    return podUid;
  }

  @Nullable String containerName() {
    return containerName;
  }
}
