package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vigia.agent.programs.OrderService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Point 1: which container, as the kernel says it to the process. Files in the place of its own
 * {@code /proc/self/cgroup} and {@code mountinfo} are those of real runtimes.
 */
class ContainerIT {
  private static final String ID =
      "3c9a1f1b2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
  private static final String UID = "0c4b2f0e-5d5f-4a43-8e0f-5f3d6a1f7a11";

  /** Of the root directory: what every container begins with. */
  private static final String ROOT = "1 0 0:9 / / rw,relatime - overlay overlay rw\n";

  @TempDir Path directory;

  @Test
  void idIsReadFromTheFirstVersionsCgroup() throws Exception {
    String kubepods = "/kubepods/burstable/pod" + UID + "/" + ID + "\n";
    assertThat(sentFrom("11:memory:" + kubepods + "1:name=systemd:" + kubepods, ROOT, Map.of()))
        .containsEntry("container.id", ID);
  }

  @Test
  void idIsReadFromTheMountsUnderTheSecondVersion() throws Exception {
    String mount =
        "2 1 254:1 /docker/containers/" + ID + "/hostname /etc/hostname rw - ext4 /dev/vda1 rw\n";
    assertThat(sentFrom("0::/\n", ROOT + mount, Map.of())).containsEntry("container.id", ID);
  }

  /** containerd says no id there; the kubelet says the pod and the container. */
  @Test
  void podAndContainerAreKnownWithoutTheDownwardApi() throws Exception {
    String pods = "/var/lib/kubelet/pods/" + UID;
    String mounts =
        ROOT
            + ("2 1 254:1 " + pods + "/etc-hosts /etc/hosts rw - ext4 /dev/vda1 rw\n")
            + ("3 1 254:1 "
                + pods
                + "/containers/shop/9f1d20aa /dev/termination-log rw - ext4 x rw\n");
    assertThat(
            sentFrom(
                "0::/\n",
                mounts,
                Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1", "HOSTNAME", "shop-7c9d8b6f5-x2k4p")))
        .containsEntry("k8s.pod.uid", UID)
        .containsEntry("k8s.pod.name", "shop-7c9d8b6f5-x2k4p")
        .containsEntry("k8s.container.name", "shop")
        .containsEntry("service.name", "shop")
        .doesNotContainKey("container.id");
  }

  private Map<String, String> sentFrom(String cgroup, String mountInfo, Map<String, String> env)
      throws Exception {
    Path cgroupFile = Files.writeString(directory.resolve("cgroup"), cgroup);
    Path mountsFile = Files.writeString(directory.resolve("mountinfo"), mountInfo);
    List<String> inContainer =
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount --bind "
                + cgroupFile
                + " /proc/$$/cgroup && mount --bind "
                + mountsFile
                + " /proc/$$/mountinfo && exec \"$@\"",
            "sh");
    boolean possible = PlacesIT.succeeds(inContainer);
    if (!possible) {
      assertThat(System.getenv("VIGIA_REQUIRE_BACKENDS"))
          .as("needs root, unshare")
          .isNotEqualTo("1");
    }
    assumeTrue(possible, "needs root and unshare: what a container sees is not tried");
    Jvm.Builder service =
        Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient").under(inContainer);
    env.forEach(service::environment);
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            service
                .sendingTo(receiver)
                .option("-Dotel.bsp.schedule.delay=100")
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(() -> !receiver.spans.isEmpty());
      jvm.endWell();
      return receiver.resource();
    }
  }
}
