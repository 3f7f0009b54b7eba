package io.vigia.tests.backends;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * The failure store of data streams, in a distribution without the module {@code data-streams}: the
 * server's own code does all of it, but leaves it alone until some plugin declares the cluster's
 * feature {@code data_stream.failure_store}, as that module does. This one does so, and has the one
 * type of field that a failure store needs and that is missing as well.
 */
final class FailureStorePlugin {
  private static final String SOURCE =
      """
      package vigia;

      import java.util.Map;
      import java.util.Set;
      import org.elasticsearch.cluster.metadata.DataStream;
      import org.elasticsearch.features.FeatureSpecification;
      import org.elasticsearch.features.NodeFeature;
      import org.elasticsearch.index.mapper.Mapper;
      import org.elasticsearch.index.mapper.TextFieldMapper;
      import org.elasticsearch.plugins.MapperPlugin;
      import org.elasticsearch.plugins.Plugin;

      public final class FailureStore extends Plugin
          implements FeatureSpecification, MapperPlugin {
        @Override
        public Set<NodeFeature> getFeatures() {
          return Set.of(DataStream.DATA_STREAM_FAILURE_STORE_FEATURE);
        }

        @Override
        public Map<String, Mapper.TypeParser> getMappers() {
          return Map.of("match_only_text", TextFieldMapper.PARSER);
        }
      }
      """;

  private FailureStorePlugin() {}

  /**
   * Copies a distribution and adds the plugin to the copy.
   *
   * @return the copy
   */
  static Path install(Path distribution, Path copy) {
    try {
      copy(distribution, copy);
      Path plugin = Files.createDirectories(copy.resolve("plugins/failure-store"));
      String version = BackendFolder.ELASTICSEARCH.replaceFirst("^elasticsearch-", "");
      Files.writeString(
          plugin.resolve("plugin-descriptor.properties"),
          """
          name=failure-store
          description=declares the failure store
          version=1
          elasticsearch.version=%s
          java.version=17
          classname=vigia.FailureStore
          """
              .formatted(version));
      compile(copy.resolve("lib"), copy.resolve("classes"));
      pack(copy.resolve("classes"), plugin.resolve("failure-store.jar"));
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(
            path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void compile(Path libraries, Path classes) throws IOException {
    Path source = Files.createDirectories(classes).resolve("FailureStore.java");
    Files.writeString(source, SOURCE);
    String classPath;
    try (Stream<Path> jars = Files.list(libraries)) {
      classPath =
          jars.map(Path::toString)
              .filter(jar -> jar.endsWith(".jar"))
              .collect(Collectors.joining(System.getProperty("path.separator")));
    }
    List<String> options =
        List.of("--release", "17", "-cp", classPath, "-d", classes.toString(), source.toString());
    int code =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, options.toArray(String[]::new));
    if (code != 0) {
      throw new IllegalStateException("the plugin does not compile");
    }
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("vigia/FailureStore.class"));
      Files.copy(classes.resolve("vigia/FailureStore.class"), out);
      out.putNextEntry(
          new JarEntry("META-INF/services/org.elasticsearch.features.FeatureSpecification"));
      out.write("vigia.FailureStore\n".getBytes(StandardCharsets.US_ASCII));
    }
  }
}
