package io.vigia.agent.extension.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeletMountsTest {
  private static final String UID = "0c4b2f0e-5d5f-4a43-8e0f-5f3d6a1f7a11";
  private static final String OTHER = "77777777-5d5f-4a43-8e0f-5f3d6a1f7a11";
  private static final String ROOT =
      "1 0 0:9 / / rw,relatime - overlay overlay rw,lowerdir=/1/fs\n";

  @TempDir Path directory;

  private KubeletMounts mounts(String lines) throws IOException {
    return KubeletMounts.read(Files.writeString(directory.resolve("mountinfo"), ROOT + lines));
  }

  private static String termination(String uid, String container) {
    return "2 1 8:1 /var/lib/kubelet/pods/"
        + uid
        + "/containers/"
        + container
        + "/4f1d20aa"
        + " /dev/termination-log rw,relatime - ext4 /dev/sda1 rw\n";
  }

  private static String hosts(String uid, String at) {
    return "3 1 8:1 /var/lib/kubelet/pods/"
        + uid
        + "/etc-hosts "
        + at
        + " rw - ext4 /dev/sda1 rw\n";
  }

  @Test
  void podAndContainerAreReadOffTheTerminationLog() throws Exception {
    KubeletMounts mounts = mounts(hosts(UID, "/etc/hosts") + termination(UID, "book-shop"));
    assertThat(mounts.podUid()).isEqualTo(UID);
    assertThat(mounts.containerName()).isEqualTo("book-shop");
  }

  @Test
  void orderOfTheMountsIsNoMatter() throws Exception {
    KubeletMounts mounts = mounts(termination(UID, "book-shop") + hosts(UID, "/etc/hosts"));
    assertThat(mounts.containerName()).isEqualTo("book-shop");
  }

  @Test
  void withATerminationLogElsewhereThePodIsKnownByItsHosts() throws Exception {
    KubeletMounts mounts = mounts(hosts(UID, "/etc/hosts"));
    assertThat(mounts.podUid()).isEqualTo(UID);
    assertThat(mounts.containerName()).isNull();
  }

  @Test
  void kubeletsDirectoryOnAFileSystemOfItsOwn() throws Exception {
    KubeletMounts mounts =
        mounts(
            "2 1 8:1 /pods/" + UID + "/containers/a/4f1d20aa /dev/termination-log rw - xfs x rw\n");
    assertThat(mounts.podUid()).isEqualTo(UID);
    assertThat(mounts.containerName()).isEqualTo("a");
  }

  @Test
  void staticPodHasAHashForAUid() throws Exception {
    assertThat(mounts(termination("5f3d6a1f7a110c4b2f0e5d5f4a438e0f", "etcd")).podUid())
        .isEqualTo("5f3d6a1f7a110c4b2f0e5d5f4a438e0f");
  }

  /** A node agent that has the kubelet's directory from the host. */
  @Test
  void mountsOfOtherPodsAreNotTaken() throws Exception {
    KubeletMounts mounts =
        mounts(termination(UID, "node-agent") + hosts(OTHER, "/host/pods/" + OTHER + "/etc-hosts"));
    assertThat(mounts.podUid()).isEqualTo(UID);
  }

  @Test
  void outsideOfKubernetesNothingIsKnown() throws Exception {
    assertThat(mounts("").podUid()).isNull();
    assertThat(KubeletMounts.read(directory.resolve("none")).podUid()).isNull();
  }
}
