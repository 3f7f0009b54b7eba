package io.vigia.agent.extension.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes.Name;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceIdentityTest {

  @TempDir Path directory;

  @Test
  void theFirstKnownNameWins() throws Exception {
    Path jar = jar("orders-2.1.jar", "Order Service", "2.1");
    Map<String, String> pod =
        Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1", "HOSTNAME", "shop-7c9d8b6f5-x2k4p");
    assertThat(named(Map.of("otel.service.name", "set"), pod, jar, "spring"))
        .isEqualTo("set|OTEL_SERVICE_NAME");
    assertThat(named(Map.of("otel.resource.attributes", "service.name=attr"), pod, jar, "spring"))
        .isEqualTo("attr|OTEL_RESOURCE_ATTRIBUTES");
    assertThat(named(Map.of(), pod, jar, "spring")).isEqualTo("shop|Kubernetes workload");
    assertThat(named(Map.of(), Map.of(), jar, "spring"))
        .isEqualTo("spring|spring.application.name");
    assertThat(named(Map.of(), Map.of(), jar, null))
        .isEqualTo("Order Service|Implementation-Title");
    assertThat(named(Map.of(), Map.of(), jar("orders-2.1.jar", null, null), null))
        .isEqualTo("orders|jar name");
  }

  @Test
  void versionOfTheJarIsTheServicesVersion() throws Exception {
    ServiceIdentity identity =
        identity(Resource.empty(), Map.of(), Map.of(), jar("a.jar", "a", "2.1"), null);
    assertThat(identity.resource().getAttribute(AttributeKey.stringKey("service.version")))
        .isEqualTo("2.1");
  }

  @Test
  void commandLineNeverLeavesTheProcess() throws Exception {
    Resource found =
        Resource.create(
            Attributes.builder()
                .put(AttributeKey.stringArrayKey("process.command_args"), List.of("--password=x"))
                .put("process.command_line", "java --password=x")
                .put("process.pid", 7L)
                .build());
    ServiceIdentity identity = identity(found, Map.of(), Map.of(), jar("a.jar", "a", "1"), null);
    assertThat(identity.resource().getAttributes().toString())
        .doesNotContain("password")
        .contains("process.pid");
  }

  @Test
  void podIsDescribedByTheDownwardApi() throws Exception {
    Map<String, String> pod =
        Map.of(
            "VIGIA_POD_NAME", "shop-7c9d8b6f5-x2k4p",
            "VIGIA_POD_UID", "u-1",
            "VIGIA_NODE_NAME", "node-3",
            "POD_NAMESPACE", "prod");
    Attributes attributes =
        identity(Resource.empty(), Map.of(), pod, jar("a.jar", "a", "1"), null)
            .resource()
            .getAttributes();
    assertThat(attributes.get(AttributeKey.stringKey("k8s.pod.uid"))).isEqualTo("u-1");
    assertThat(attributes.get(AttributeKey.stringKey("k8s.namespace.name"))).isEqualTo("prod");
    assertThat(attributes.get(AttributeKey.stringKey("k8s.node.name"))).isEqualTo("node-3");
    assertThat(attributes.get(AttributeKey.stringKey("k8s.deployment.name"))).isEqualTo("shop");
  }

  @ParameterizedTest
  @CsvSource({
    "shop-7c9d8b6f5-x2k4p, shop",
    "my-shop-v2-7c9d8b6f54-x2k4p, my-shop-v2",
    "db-0, db",
    "agent-x2k4p, agent",
    "nightly-report-29381760-x2k4p, nightly-report",
    "nightly-report-29475285-x2k4p, nightly-report",
    "plain, plain",
  })
  void workloadIsReadOffThePodName(String pod, String workload) {
    KubernetesIdentity identity = inPod(Map.of("VIGIA_POD_NAME", pod));
    assertThat(identity).isNotNull();
    assertThat(identity.workload()).isEqualTo(workload);
  }

  @ParameterizedTest
  @CsvSource({
    "train-3-x2k4p, train", // the pod's name
    "train-3, train", // its host name
    "nightly-29381760-3-x2k4p, nightly",
    "v3-x2k4p, v3",
  })
  void podsOfAnIndexedJobAreOneService(String pod, String workload) {
    KubernetesIdentity identity = inPod(Map.of("VIGIA_POD_NAME", pod, "JOB_COMPLETION_INDEX", "3"));
    assertThat(identity).isNotNull();
    assertThat(identity.workload()).isEqualTo(workload);
  }

  private @Nullable KubernetesIdentity inPod(Map<String, String> env) {
    Path none = directory.resolve("none");
    return KubernetesIdentity.of(
        env::get, none, none, directory.resolve("labels"), directory.resolve("hosts"));
  }

  /** Its host name is the node's: every service of a node would have one name, and no own. */
  @Test
  void podWithItsNodesNetworkIsNotNamedAfterTheNode() throws Exception {
    Map<String, String> pod =
        Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1", "HOSTNAME", "pool-worker-12");
    Path jar = jar("a.jar", "a", "1");
    Path hosts = directory.resolve("hosts");
    Files.writeString(hosts, "# Kubernetes-managed hosts file.\n127.0.0.1 localhost\n");
    assertThat(named(Map.of(), pod, jar, "spring")).isEqualTo("pool-worker|Kubernetes workload");
    Files.writeString(hosts, "# Kubernetes-managed hosts file (host network).\n127.0.0.1 a\n");
    assertThat(named(Map.of(), pod, jar, "spring")).isEqualTo("spring|spring.application.name");
    assertThat(identity(Resource.empty(), Map.of(), pod, jar, null).resource().getAttributes())
        .extracting(attributes -> attributes.get(AttributeKey.stringKey("k8s.pod.name")))
        .isNull();
    Map<String, String> told = new HashMap<>(pod);
    told.put("POD_NAME", "shop-7c9d8b6f5-x2k4p");
    assertThat(named(Map.of(), told, jar, "spring")).isEqualTo("shop|Kubernetes workload");
  }

  /** As a manifest has them whose template had nothing to fill in. */
  @Test
  void emptyVariablesAreNone() throws Exception {
    Map<String, String> pod =
        Map.of(
            "KUBERNETES_SERVICE_HOST", "10.0.0.1",
            "VIGIA_WORKLOAD", "",
            "VIGIA_POD_NAME", " ",
            "HOSTNAME", "shop-7c9d8b6f5-x2k4p");
    assertThat(named(Map.of(), pod, jar("a.jar", "a", "1"), "spring"))
        .isEqualTo("shop|Kubernetes workload");
  }

  /** A label or an owner that the downward API or an injector put there. */
  @Test
  void workloadThatIsToldGoesBeforeThePodName() throws Exception {
    Map<String, String> pod =
        Map.of("VIGIA_POD_NAME", "shop-7c9d8b6f5-x2k4p", "VIGIA_WORKLOAD", "book-shop");
    assertThat(named(Map.of(), pod, jar("a.jar", "a", "1"), "spring"))
        .isEqualTo("book-shop|Kubernetes workload");
  }

  /**
   * As the kubelet writes it, see Kubernetes' "Expose Pod Information to Containers Through Files".
   */
  @Test
  void labelInTheDownwardVolumeGoesBeforeThePodNameAndAfterWhatIsTold() throws Exception {
    Files.writeString(
        directory.resolve("labels"),
        """
        app.kubernetes.io/instance="book-shop-eu"
        app.kubernetes.io/name="book-shop"
        pod-template-hash="7c9d8b6f5"
        """);
    Map<String, String> pod = Map.of("VIGIA_POD_NAME", "shop-7c9d8b6f5-x2k4p");
    Map<String, String> told = Map.of("VIGIA_POD_NAME", "x", "VIGIA_WORKLOAD", "told");
    Path jar = jar("a.jar", "a", "1");
    assertThat(named(Map.of(), pod, jar, "spring")).isEqualTo("book-shop|Kubernetes workload");
    assertThat(named(Map.of(), told, jar, "spring")).isEqualTo("told|Kubernetes workload");
    KubernetesIdentity identity = inPod(pod);
    assertThat(identity).isNotNull();
    assertThat(identity.attributes()).containsEntry("k8s.deployment.name", "shop");
    Files.writeString(directory.resolve("labels"), "tier=\"web\"\napp.kubernetes.io/name=\"\"\n");
    assertThat(named(Map.of(), pod, jar, "spring")).isEqualTo("shop|Kubernetes workload");
  }

  @Test
  void withoutAnythingElseTheMainClassIsTheName() {
    ServiceIdentity identity =
        ServiceIdentity.of(
            Resource.empty(),
            DefaultConfigProperties.createFromMap(Map.of()),
            null,
            MainProgram.of(Map.of("sun.java.command", "com.acme.Main --password=x")::get),
            ignored -> null);
    assertThat(identity.name() + "|" + identity.source()).isEqualTo("com.acme.Main|main class");
  }

  @Test
  void namespaceIsReadFromTheServiceAccountWhenNobodyTellsIt() throws Exception {
    Path file = Files.writeString(directory.resolve("namespace"), "prod\n");
    KubernetesIdentity identity =
        KubernetesIdentity.of(
            Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1", "HOSTNAME", "db-0")::get,
            file,
            directory.resolve("none"),
            directory.resolve("none"),
            directory.resolve("none"));
    assertThat(identity).isNotNull();
    assertThat(identity.attributes())
        .containsEntry("k8s.namespace.name", "prod")
        .containsEntry("k8s.pod.name", "db-0");
  }

  @ParameterizedTest
  @CsvSource({
    "orders-1.4.2.jar, orders",
    "order-service-1.4.2-SNAPSHOT.jar, order-service",
    "orders-2.jar, orders",
    "orders.jar, orders",
    "k8s-tool.jar, k8s-tool",
    "app-v3.0.0-rc.1+build5.jar, app",
    "orders-1.0-20261123.094512-3.jar, orders",
    "orders-1.0.20261123094512.jar, orders",
    "20261123094512.jar, 20261123094512",
    "surefirebooter-20261123100301234_3.jar, surefirebooter",
    "surefirebooter5812334567891234567.jar, surefirebooter",
  })
  void jarNameLosesItsVersion(String file, String name) {
    assertThat(MainProgram.withoutVersion(file)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "com.acme.Main --password=x, com.acme.Main",
    "app.module/com.acme.Main, com.acme.Main",
    "jdk.compiler/com.sun.tools.javac.launcher.Main /opt/shop/Hello.java --password=x/y, Hello",
    "jdk.compiler/com.sun.tools.javac.launcher.SourceLauncher Hello.java, Hello",
    "jdk.compiler/com.sun.tools.javac.launcher.Main bin/report 7, report",
  })
  void mainClassIsTheFirstWord(String command, String mainClass) {
    MainProgram program = MainProgram.of(Map.of("sun.java.command", command)::get);
    assertThat(program.mainClass()).isEqualTo(mainClass);
  }

  /** As layered images have it: {@code java org.springframework.boot.loader.launch.JarLauncher}. */
  @ParameterizedTest
  @CsvSource({
    "Implementation-Title: orders, orders|Implementation-Title",
    "Built-By: me, com.acme.Orders|main class",
  })
  void unpackedSpringBootApplicationIsNotNamedAfterItsLauncher(String line, String named)
      throws Exception {
    Files.createDirectories(directory.resolve("META-INF"));
    Files.writeString(
        directory.resolve("META-INF/MANIFEST.MF"),
        "Manifest-Version: 1.0\nStart-Class: com.acme.Orders\n" + line + "\n");
    ServiceIdentity identity =
        ServiceIdentity.of(
            Resource.empty(),
            DefaultConfigProperties.createFromMap(Map.of()),
            null,
            MainProgram.of(
                Map.of(
                        "sun.java.command",
                        "org.springframework.boot.loader.launch.JarLauncher --port=1",
                        "java.class.path",
                        directory.toString())
                    ::get),
            ignored -> null);
    assertThat(identity.name() + "|" + identity.source()).isEqualTo(named);
  }

  /** As scripts start it: {@code java -cp lib/orders.jar:lib/other.jar com.acme.Main}. */
  @Test
  void jarThatAScriptStartsByItsMainClassIsTheProgram() throws Exception {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Name.MAIN_CLASS, "com.acme.Main");
    Path jar = jar("orders-2.1.jar", manifest);
    Map<String, String> started =
        Map.of("sun.java.command", "com.acme.Main run", "java.class.path", jar + ":/lib/b.jar");
    assertThat(MainProgram.of(started::get).jarName()).isEqualTo("orders");
    Map<String, String> other =
        Map.of("sun.java.command", "com.acme.Other", "java.class.path", jar + ":/lib/b.jar");
    assertThat(MainProgram.of(other::get).jarName()).isNull();
    assertThat(MainProgram.of(other::get).mainClass()).isEqualTo("com.acme.Other");
  }

  private String named(
      Map<String, String> config,
      Map<String, String> env,
      Path jar,
      @org.jspecify.annotations.Nullable String spring) {
    ServiceIdentity identity = identity(Resource.empty(), config, env, jar, spring);
    return identity.name() + "|" + identity.source();
  }

  private ServiceIdentity identity(
      Resource found,
      Map<String, String> config,
      Map<String, String> env,
      Path jar,
      @org.jspecify.annotations.Nullable String spring) {
    Map<String, String> properties =
        Map.of("sun.java.command", jar + " --port=1", "java.class.path", jar.toString());
    return ServiceIdentity.of(
        found,
        DefaultConfigProperties.createFromMap(config),
        inPod(env),
        MainProgram.of(properties::get),
        ignored -> spring);
  }

  private Path jar(
      String name,
      @org.jspecify.annotations.Nullable String title,
      @org.jspecify.annotations.Nullable String version)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
    if (title != null && version != null) {
      manifest.getMainAttributes().put(Name.IMPLEMENTATION_TITLE, title);
      manifest.getMainAttributes().put(Name.IMPLEMENTATION_VERSION, version);
    }
    return jar(name, manifest);
  }

  private Path jar(String name, Manifest manifest) throws IOException {
    Path file = directory.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.finish();
    }
    return file;
  }
}
