package io.vigia.agent.extension.resource;

import io.vigia.agent.boot.Setting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Pod, namespace, node and workload from the downward API ({@code VIGIA_POD_NAME}, {@code
 * VIGIA_POD_UID}, {@code VIGIA_POD_NAMESPACE}, {@code VIGIA_NODE_NAME}, {@code
 * VIGIA_CONTAINER_NAME}, {@code VIGIA_WORKLOAD}; also without the prefix) and its file of labels,
 * completed by what every pod has: its host name, the namespace file of its service account, and
 * what the kubelet mounted.
 */
final class KubernetesIdentity {

  /** What the kubelet writes there begins so in a pod that has its node's network, and name. */
  private static final Path HOSTS_FILE = Paths.get("/etc/hosts");

  private static final String OF_THE_NODE = "# Kubernetes-managed hosts file (host network).";

  private static final Path NAMESPACE_FILE =
      Paths.get("/var/run/secrets/kubernetes.io/serviceaccount/namespace");

  /** The letters that Kubernetes generates names from: no vowels, nothing that looks alike. */
  private static final String SAFE = "[bcdfghjklmnpqrstvwxz2456789]";

  /** The minute since 1970 that a CronJob's run was due: each run would be a service otherwise. */
  private static final Pattern CRON_JOB = Pattern.compile("(.+)-\\d{8}-" + SAFE + "{5}");

  private static final Pattern DEPLOYMENT =
      Pattern.compile("(.+)-" + SAFE + "{6,10}-" + SAFE + "{5}");
  private static final Pattern STATEFUL_SET = Pattern.compile("(.+)-\\d{1,4}");
  private static final Pattern GENERATED = Pattern.compile("(.+)-" + SAFE + "{5}");

  private final Map<String, String> attributes;
  private final @Nullable String workload;

  private KubernetesIdentity(Map<String, String> attributes, @Nullable String workload) {
    this.attributes = attributes;
    this.workload = workload;
  }

  /** {@code null} outside of Kubernetes. */
  static @Nullable KubernetesIdentity ofThisPod() {
    return of(
        KubernetesIdentity::setting,
        NAMESPACE_FILE,
        KubeletMounts.MOUNT_INFO,
        PodLabels.FILE,
        HOSTS_FILE);
  }

  /** A variable, or one of our settings. */
  private static @Nullable String setting(String variable) {
    return variable.startsWith("VIGIA_")
        ? Setting.valueOf(variable.substring("VIGIA_".length())).value()
        : System.getenv(variable);
  }

  /** A manifest whose template had nothing to fill in sets an empty variable. */
  private static @Nullable String nonEmpty(@Nullable String value) {
    return value == null || value.trim().isEmpty() ? null : value.trim();
  }

  static @Nullable KubernetesIdentity of(
      Function<String, @Nullable String> given,
      Path namespaceFile,
      Path mountInfo,
      Path labels,
      Path hosts) {
    Function<String, @Nullable String> env = name -> nonEmpty(given.apply(name));
    if (env.apply("KUBERNETES_SERVICE_HOST") == null && env.apply("VIGIA_POD_NAME") == null) {
      return null;
    }
    Map<String, String> attributes = new LinkedHashMap<>();
    String pod = downward(env, "POD_NAME");
    if (pod == null && !String.valueOf(read(hosts)).startsWith(OF_THE_NODE)) {
      pod = env.apply("HOSTNAME");
    }
    put(attributes, "k8s.pod.name", pod);
    KubeletMounts mounts = KubeletMounts.read(mountInfo);
    put(attributes, "k8s.pod.uid", found(env, "POD_UID", mounts.podUid()));
    String namespace = downward(env, "POD_NAMESPACE");
    put(attributes, "k8s.namespace.name", namespace == null ? read(namespaceFile) : namespace);
    put(attributes, "k8s.node.name", downward(env, "NODE_NAME"));
    put(attributes, "k8s.container.name", found(env, "CONTAINER_NAME", mounts.containerName()));
    String owner =
        pod == null
            ? null
            : workloadOf(withoutIndex(pod, env.apply("JOB_COMPLETION_INDEX")), attributes);
    String told = env.apply("VIGIA_WORKLOAD");
    String label = told == null ? PodLabels.name(labels) : told;
    return new KubernetesIdentity(attributes, label == null ? owner : label);
  }

  private static @Nullable String downward(Function<String, @Nullable String> env, String name) {
    for (String prefix : new String[] {"VIGIA_", "K8S_", ""}) {
      String value = env.apply(prefix + name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  /** Our own variable is meant for us; one without the prefix may be something else's. */
  private static @Nullable String found(
      Function<String, @Nullable String> env, String name, @Nullable String mounted) {
    String told = env.apply("VIGIA_" + name);
    return told != null ? told : mounted != null ? mounted : downward(env, name);
  }

  /** Pods of an indexed Job have their number in their names: each would be a service. */
  private static String withoutIndex(String pod, @Nullable String index) {
    return index == null
        ? pod
        : pod.replaceFirst("-" + Pattern.quote(index) + "(-" + SAFE + "{5})?$", "$1");
  }

  private static String workloadOf(String pod, Map<String, String> attributes) {
    Matcher cronJob = CRON_JOB.matcher(pod);
    if (cronJob.matches()) {
      attributes.put("k8s.cronjob.name", cronJob.group(1));
      return cronJob.group(1);
    }
    Matcher deployment = DEPLOYMENT.matcher(pod);
    if (deployment.matches()) {
      attributes.put("k8s.deployment.name", deployment.group(1));
      return deployment.group(1);
    }
    Matcher statefulSet = STATEFUL_SET.matcher(pod);
    if (statefulSet.matches()) {
      return statefulSet.group(1);
    }
    Matcher generated = GENERATED.matcher(pod);
    return generated.matches() ? generated.group(1) : pod;
  }

  private static void put(Map<String, String> attributes, String key, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      attributes.put(key, value);
    }
  }

  private static @Nullable String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).trim();
    } catch (IOException | SecurityException e) {
      return null;
    }
  }

  /** Resource attributes after the semantic conventions. */
  Map<String, String> attributes() {
    return attributes;
  }

  /**
   * Deployment, StatefulSet, DaemonSet, CronJob or Job, if it is known or can be read off the pod
   * name.
   */
  @Nullable String workload() {
    return workload;
  }
}
