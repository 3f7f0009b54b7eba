import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Puts our relocated extension into the upstream agent jar.
 *
 * <p>Upstream loads its own classes from {@code inst/**.classdata} straight out of the agent jar.
 * Ours go to the same place, because jars below {@code extensions/} are unpacked to {@code
 * java.io.tmpdir} and are left out when that is not writable. What {@code -javaagent} and {@code
 * java -jar} start ({@code io.vigia.agent.boot}) stays an ordinary class at the top. All of {@code
 * inst/} is then packed into one archive, which {@code io.vigia.agent.boot.PackedJar} reads.
 *
 * <p>Classes lose the names of their local variables, which start-up would only read and keep.
 *
 * <p>Entries are written in name order with one fixed time: the same input gives the same bytes.
 */
final class AssembleAgent {
  private static final int LEVEL = 5;
  private static final String BOOT = "io/vigia/agent/boot/";
  private static final String SERVICES = "META-INF/services/";

  /** What loads everything below {@code inst/}. */
  private static final String LOADER = "io/opentelemetry/javaagent/bootstrap/AgentClassLoader.class";

  private static final String PACK = "inst.zip";
  private static final String INDEX = "inst.index";
  private static final String VERSIONS = "inst/META-INF/versions/";

  private static final String LASTING_THREAD = "io/vigia/agent/extension/export/LastingThread";

  private static final String DECLARED_CLASS = "io/vigia/agent/extension/Declared";
  private static final String DECLARED_FACTORIES =
      "inst/io/opentelemetry/sdk/autoconfigure/declarativeconfig/";

  private static final String MODULES =
      "inst/"
          + SERVICES
          + "io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule";

  /** Class of a library, and what it calls: owner and name of ours that is called instead. */
  private static final Map<String, Map<String, String[]>> CALLS =
      Map.of(
          "inst/io/opentelemetry/sdk/autoconfigure/ServiceInstanceIdResourceProvider.classdata",
          Map.of("randomUUID", new String[] {"io/vigia/agent/extension/export/RandomId", "uuid"}),
          "inst/io/opentelemetry/instrumentation/resources/HostResource.classdata",
          Map.of("getLocalHost", new String[] {BOOT + "HostLookup", "thisHost"}),
          "inst/io/opentelemetry/sdk/autoconfigure/AutoConfiguredOpenTelemetrySdkBuilder.classdata",
          Map.of("addShutdownHook", new String[] {"io/vigia/agent/extension/export/LastHook", "add"}),
          "inst/io/opentelemetry/sdk/trace/export/BatchSpanProcessor.classdata",
          Map.of("newThread", new String[] {LASTING_THREAD, "of"}),
          "inst/io/opentelemetry/sdk/logs/export/BatchLogRecordProcessor.classdata",
          Map.of("newThread", new String[] {LASTING_THREAD, "of"}),
          "inst/io/vigia/agent/lib/komamitsu/fluency/flusher/Flusher.classdata",
          Map.of("newSingleThreadDaemonExecutor", new String[] {LASTING_THREAD, "executor"}),
          "inst/io/vigia/agent/lib/komamitsu/fluency/fluentd/ingester/FluentdIngester.classdata",
          Map.of("randomUUID", new String[] {"io/vigia/agent/extension/export/RandomId", "uuid"}),
          DECLARED_FACTORIES + "SpanProcessorFactory.classdata",
          Map.of("setMaxQueueSize", new String[] {DECLARED_CLASS, "setMaxQueueSize"}),
          DECLARED_FACTORIES + "LogRecordProcessorFactory.classdata",
          Map.of("setMaxQueueSize", new String[] {DECLARED_CLASS, "setMaxQueueSize"}),
          "io/opentelemetry/javaagent/shaded/instrumentation/api/internal/SystemProperty.class",
          Map.of(
              "getProperty", new String[] {BOOT + "UpstreamSetting", "property"},
              "getenv", new String[] {BOOT + "UpstreamSetting", "variable"}));

  /** Where two providers would be a question of order; ours asks upstream's where it is needed. */
  private static final Set<String> REPLACED_SERVICES =
      Set.of(
          "META-INF/services/io.opentelemetry.sdk.common.export.HttpSenderProvider",
          "META-INF/services/io.opentelemetry.sdk.common.export.GrpcSenderProvider");

  /** Of upstream's factories for a configuration in YAML, and what of theirs passes through ours. */
  private static final Map<String, String> DECLARED =
      Map.ofEntries(
          Map.entry("SpanExporterFactory", "sdk/trace/export/SpanExporter"),
          Map.entry("LogRecordExporterFactory", "sdk/logs/export/LogRecordExporter"),
          Map.entry("MetricExporterFactory", "sdk/metrics/export/MetricExporter"),
          Map.entry("AutoValue_MetricReaderAndCardinalityLimits", "sdk/metrics/export/MetricReader"),
          Map.entry("MeterProviderFactory", "sdk/metrics/SdkMeterProviderBuilder"),
          Map.entry(
              "PropagatorFactory",
              "javaagent/shaded/io/opentelemetry/context/propagation/ContextPropagators"),
          Map.entry("ResourceFactory", "sdk/resources/Resource"),
          Map.entry("SamplerFactory", "sdk/trace/samplers/Sampler"),
          Map.entry("SpanProcessorFactory", "sdk/trace/SpanProcessor"),
          Map.entry("TracerProviderFactory", "sdk/trace/SdkTracerProviderBuilder"),
          Map.entry("LogRecordProcessorFactory", "sdk/logs/LogRecordProcessor"),
          Map.entry("LoggerProviderFactory", "sdk/logs/SdkLoggerProviderBuilder"));

  /** Where upstream reads the address of an exporter of OTLP from a configuration in YAML. */
  private static final String DECLARED_ENDPOINTS =
      "inst/io/opentelemetry/exporter/otlp/internal/OtlpDeclarativeConfigUtil.classdata";

  /** Where it reads the form of an exporter of metrics from one. */
  private static final String DECLARED_FORM =
      "inst/io/opentelemetry/exporter/internal/IncubatingExporterBuilderUtil.classdata";

  public static void main(String[] args) throws IOException {
    if (args.length != 8) {
      throw new IllegalArgumentException(
          "usage: upstream.jar extension.jar licenses-dir out.jar version timestamp lazy-modules known-settings");
    }
    File upstream = new File(args[0]);
    TreeMap<String, byte[]> entries = new TreeMap<>();
    read(upstream, entries);
    entries.remove("META-INF/MANIFEST.MF");
    addExtension(new File(args[1]), entries);
    moveLazyModules(Path.of(args[6]), entries);
    moveCloudResources(entries);
    putNew(entries, "inst/io/vigia/agent/known-settings.txt", Files.readAllBytes(Path.of(args[7])));
    addLicenses(Path.of(args[2]), entries);
    entries.replaceAll(
        (name, bytes) ->
            isClass(name) ? rewritten(bytes, CALLS.getOrDefault(name, Map.of())) : bytes);
    CALLS.keySet().forEach(name -> Objects.requireNonNull(entries.get(name), name));
    DECLARED.forEach(
        (factory, type) ->
            entries.compute(
                DECLARED_FACTORIES + factory + ".classdata",
                (name, bytes) ->
                    passing(Objects.requireNonNull(bytes, name), "Lio/opentelemetry/" + type + ";")));
    entries.compute(
        DECLARED_ENDPOINTS, (name, bytes) -> withAddress(Objects.requireNonNull(bytes, name)));
    entries.compute(DECLARED_FORM, (name, bytes) -> telling(Objects.requireNonNull(bytes, name)));
    entries.computeIfPresent(BOOT + "Premain.class", (name, bytes) -> ofJava6(bytes));
    entries.compute(LOADER, (name, bytes) -> openingPacked(Objects.requireNonNull(bytes, name)));
    Instant timestamp = Instant.parse(args[5]);
    pack(entries, timestamp);
    Manifest manifest = manifest(upstream, args[4]);
    write(Path.of(args[3]), manifest, entries, timestamp);
  }

  private static void read(File jar, Map<String, byte[]> into) throws IOException {
    try (ZipFile zip = new ZipFile(jar)) {
      var all = zip.entries();
      while (all.hasMoreElements()) {
        ZipEntry entry = all.nextElement();
        if (!entry.isDirectory()) {
          try (InputStream in = zip.getInputStream(entry)) {
            into.put(entry.getName(), in.readAllBytes());
          }
        }
      }
    }
  }

  private static void addExtension(File jar, Map<String, byte[]> entries) throws IOException {
    TreeMap<String, byte[]> ours = new TreeMap<>();
    read(jar, ours);
    ours.remove("META-INF/MANIFEST.MF");
    ours.forEach(
        (name, bytes) -> {
          if (name.startsWith(BOOT)) {
            putNew(entries, name, bytes);
          } else if (REPLACED_SERVICES.contains(name)) {
            entries.put("inst/" + name, bytes);
          } else if (name.startsWith(SERVICES)) {
            entries.merge("inst/" + name, bytes, AssembleAgent::mergeServices);
          } else if (name.endsWith(".class")) {
            putNew(entries, "inst/" + name + "data", bytes);
          } else {
            putNew(entries, "inst/" + name, bytes);
          }
        });
  }

  private static boolean isClass(String name) {
    return name.endsWith(".class") || name.endsWith(".classdata");
  }

  /** What is written instead of a method of a class. */
  private interface MethodChange {
    /**
     * @param method takes what is to be written
     * @param descriptor of the method
     * @return is told what there is
     */
    MethodVisitor of(MethodVisitor method, String descriptor);
  }

  /**
   * @param writer one that knows nothing of the reader: it makes a constant pool without what is
   *     left out
   */
  private static byte[] changed(byte[] bytes, ClassWriter writer, MethodChange change) {
    new ClassReader(bytes)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String descriptor, String signature, String[] exceptions) {
                return change.of(
                    super.visitMethod(access, name, descriptor, signature, exceptions), descriptor);
              }
            },
            0);
    return writer.toByteArray();
  }

  /**
   * The JVM keeps the names of local variables in memory for a debugger that will not come. Line
   * numbers stay: stack traces show them.
   *
   * @param calls as in {@link #CALLS}, all of which must be there
   */
  private static byte[] rewritten(byte[] bytes, Map<String, String[]> calls) {
    Set<String> replaced = new HashSet<>();
    MethodChange change =
        (method, ownDescriptor) ->
            new MethodVisitor(Opcodes.ASM9, method) {
              @Override
              public void visitLocalVariable(
                  String name, String type, String signature, Label start, Label end, int index) {
                // left out
              }

              @Override
              public void visitMethodInsn(
                  int opcode, String owner, String name, String descriptor, boolean isInterface) {
                String[] ours = calls.get(name);
                if (ours != null) {
                  replaced.add(name);
                  // what a method was called of is the first argument
                  String whole =
                      opcode == Opcodes.INVOKESTATIC
                          ? descriptor
                          : "(L" + owner + ";" + descriptor.substring(1);
                  super.visitMethodInsn(Opcodes.INVOKESTATIC, ours[0], ours[1], whole, false);
                } else {
                  super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                }
              }
            };
    byte[] written = changed(bytes, new ClassWriter(0), change);
    if (!replaced.equals(calls.keySet())) {
      throw new IllegalStateException("upstream does not call all of " + calls.keySet() + " any more");
    }
    return written;
  }

  /** What is returned as this type is what {@code Declared} returns for it. */
  private static byte[] passing(byte[] bytes, String type) {
    boolean[] isChanged = new boolean[1];
    MethodChange change =
        (method, descriptor) -> {
          if (!descriptor.endsWith(")" + type)) {
            return method;
          }
          isChanged[0] = true;
          return new MethodVisitor(Opcodes.ASM9, method) {
            @Override
            public void visitInsn(int opcode) {
              if (opcode == Opcodes.ARETURN) {
                super.visitMethodInsn(
                    Opcodes.INVOKESTATIC, DECLARED_CLASS, "pass", "(" + type + ")" + type, false);
              }
              super.visitInsn(opcode);
            }
          };
        };
    byte[] written = changed(bytes, new ClassWriter(0), change);
    if (!isChanged[0]) {
      throw new IllegalStateException("upstream's factory does not return " + type + " any more");
    }
    return written;
  }

  /**
   * Instead of a {@code JarFile} it opens a {@code PackedJar}, and looks for versions of a class for
   * newer JVMs only where that one says so.
   */
  private static byte[] openingPacked(byte[] bytes) {
    String usual = "java/util/jar/JarFile";
    String ours = BOOT + "PackedJar";
    int[] changes = new int[1];
    MethodChange change =
        (method, ownDescriptor) ->
            new MethodVisitor(Opcodes.ASM9, method) {
              @Override
              public void visitTypeInsn(int opcode, String type) {
                boolean made = opcode == Opcodes.NEW && type.equals(usual);
                super.visitTypeInsn(opcode, made ? ours : type);
              }

              @Override
              public void visitMethodInsn(
                  int opcode, String owner, String name, String descriptor, boolean isInterface) {
                boolean made = owner.equals(usual) && name.equals("<init>");
                changes[0] += made ? 1 : 0;
                super.visitMethodInsn(opcode, made ? ours : owner, name, descriptor, isInterface);
              }

              @Override
              public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
                super.visitFieldInsn(opcode, owner, name, descriptor);
                if (opcode == Opcodes.GETSTATIC && name.equals("MULTI_RELEASE_JAR_ENABLE")) {
                  changes[0]++;
                  super.visitVarInsn(Opcodes.ALOAD, 0);
                  super.visitFieldInsn(Opcodes.GETFIELD, owner, "jarFile", "L" + usual + ";");
                  super.visitTypeInsn(Opcodes.CHECKCAST, ours);
                  super.visitVarInsn(Opcodes.ALOAD, 1); // the entry's name
                  super.visitMethodInsn(
                      Opcodes.INVOKEVIRTUAL, ours, "hasVersions", "(Ljava/lang/String;)Z", false);
                  super.visitInsn(Opcodes.IAND);
                }
              }
            };
    byte[] written = changed(bytes, new ClassWriter(ClassWriter.COMPUTE_MAXS), change);
    if (changes[0] != 2) {
      throw new IllegalStateException("upstream's class loader does not read the jar as it did");
    }
    return written;
  }

  /**
   * {@code getString("endpoint")} of a method whose first argument is the signal, where it is
   * followed by whether the protocol is HTTP, and {@code validateEndpoint}.
   */
  private static byte[] withAddress(byte[] bytes) {
    int[] changes = new int[1];
    MethodChange change =
        (method, ownDescriptor) ->
            new MethodVisitor(Opcodes.ASM9, method) {
              @Override
              public void visitMethodInsn(
                  int opcode, String owner, String called, String type, boolean isInterface) {
                if (called.equals("validateEndpoint")
                    && type.equals("(Ljava/lang/String;Z)Ljava/net/URL;")
                    && ownDescriptor.startsWith("(Ljava/lang/String;")) {
                  changes[0]++;
                  super.visitInsn(Opcodes.DUP_X1); // http, endpoint, http
                  super.visitVarInsn(Opcodes.ALOAD, 0);
                  super.visitMethodInsn(
                      Opcodes.INVOKESTATIC,
                      DECLARED_CLASS,
                      "endpoint",
                      "(Ljava/lang/String;ZLjava/lang/String;)Ljava/lang/String;",
                      false);
                  super.visitInsn(Opcodes.SWAP);
                }
                super.visitMethodInsn(opcode, owner, called, type, isInterface);
              }
            };
    byte[] written = changed(bytes, new ClassWriter(ClassWriter.COMPUTE_MAXS), change);
    if (changes[0] != 1) {
      throw new IllegalStateException("upstream reads endpoints in " + changes[0] + " places");
    }
    return written;
  }

  /** After each {@code getString("key")}, {@code Declared} is told of the value. */
  private static byte[] telling(byte[] bytes) {
    Set<Object> keys = new HashSet<>();
    MethodChange change =
        (method, ownDescriptor) ->
            new MethodVisitor(Opcodes.ASM9, method) {
              private Object constant = "";

              @Override
              public void visitLdcInsn(Object value) {
                constant = value;
                super.visitLdcInsn(value);
              }

              @Override
              public void visitMethodInsn(
                  int opcode, String owner, String called, String type, boolean isInterface) {
                super.visitMethodInsn(opcode, owner, called, type, isInterface);
                if (called.equals("getString") && type.equals("(Ljava/lang/String;)Ljava/lang/String;")) {
                  keys.add(constant);
                  super.visitLdcInsn(constant);
                  super.visitMethodInsn(
                      Opcodes.INVOKESTATIC,
                      DECLARED_CLASS,
                      "named",
                      "(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;",
                      false);
                }
              }
            };
    byte[] written = changed(bytes, new ClassWriter(ClassWriter.COMPUTE_MAXS), change);
    if (!keys.containsAll(Set.of("temporality_preference", "default_histogram_aggregation"))) {
      throw new IllegalStateException("upstream reads " + keys + " of an exporter of metrics");
    }
    return written;
  }

  /** So that a JVM older than 8 can load it and is told; javac does not write such any more. */
  private static byte[] ofJava6(byte[] bytes) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(bytes)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public void visit(
                  int version,
                  int access,
                  String name,
                  String signature,
                  String superName,
                  String[] interfaces) {
                super.visit(Opcodes.V1_6, access, name, signature, superName, interfaces);
              }
            },
            0);
    return writer.toByteArray();
  }

  private static void putNew(Map<String, byte[]> entries, String name, byte[] bytes) {
    if (entries.putIfAbsent(name, bytes) != null) {
      throw new IllegalStateException("the extension would replace upstream's " + name);
    }
  }

  private static byte[] mergeServices(byte[] upstream, byte[] ours) {
    Set<String> lines = new LinkedHashSet<>();
    for (byte[] part : new byte[][] {upstream, ours}) {
      new String(part, StandardCharsets.UTF_8)
          .lines()
          .map(String::trim)
          .filter(line -> !line.isEmpty())
          .forEach(lines::add);
    }
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Modules that our LazyModules loads are not loaded by upstream's service loader. */
  private static void moveLazyModules(Path index, Map<String, byte[]> entries) throws IOException {
    List<String> lines = Files.readAllLines(index);
    Set<String> lazy =
        lines.stream().map(line -> line.substring(0, line.indexOf('\t'))).collect(Collectors.toSet());
    byte[] kept =
        new String(entries.get(MODULES), StandardCharsets.UTF_8)
            .lines()
            .filter(module -> !lazy.contains(module.trim()))
            .collect(Collectors.joining("\n", "", "\n"))
            .getBytes(StandardCharsets.UTF_8);
    entries.put(MODULES, kept);
    putNew(
        entries,
        "inst/io/vigia/agent/lazy-modules.txt",
        (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Providers that our CloudResources loads are not loaded by the SDK's service loader. */
  private static void moveCloudResources(Map<String, byte[]> entries) {
    String service = "inst/" + SERVICES + "io.opentelemetry.sdk.autoconfigure.spi.ResourceProvider";
    Map<Boolean, String> byPlace =
        new String(entries.get(service), StandardCharsets.UTF_8)
            .lines()
            .collect(
                Collectors.partitioningBy(
                    name -> name.startsWith("io.opentelemetry.contrib."),
                    Collectors.joining("\n", "", "\n")));
    entries.put(service, byPlace.get(false).getBytes(StandardCharsets.UTF_8));
    putNew(
        entries,
        "inst/io/vigia/agent/cloud-resources.txt",
        byPlace.get(true).getBytes(StandardCharsets.UTF_8));
  }

  private static void addLicenses(Path dir, Map<String, byte[]> entries) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      for (Path file : files.toList()) {
        putNew(entries, "META-INF/licenses/" + file.getFileName(), Files.readAllBytes(file));
      }
    }
  }

  private static Manifest manifest(File upstream, String version) throws IOException {
    Manifest manifest;
    try (JarFile jar = new JarFile(upstream)) {
      manifest = new Manifest(jar.getManifest());
    }
    Attributes main = manifest.getMainAttributes();
    main.putValue("Upstream-Version", main.getValue("Implementation-Version"));
    main.putValue("Implementation-Title", "vigia-agent");
    main.putValue("Implementation-Version", version);
    main.putValue("Implementation-Vendor", "Vigía");
    main.remove(new Attributes.Name("Implementation-URL"));
    main.putValue("Automatic-Module-Name", "io.vigia.agent");
    main.putValue("Main-Class", "io.vigia.agent.boot.Main");
    main.putValue("Premain-Class", "io.vigia.agent.boot.Premain");
    main.putValue("Agent-Class", "io.vigia.agent.boot.Premain");
    return manifest;
  }

  /** Moves what is below {@code inst/} into an archive with an index, as PackedJar reads them. */
  private static void pack(TreeMap<String, byte[]> entries, Instant timestamp) throws IOException {
    SortedMap<String, byte[]> packed = entries.subMap("inst/", "inst0");
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    List<int[]> rows = new ArrayList<>();
    try (ZipOutputStream zip = new ZipOutputStream(archive)) {
      zip.setLevel(LEVEL);
      for (Map.Entry<String, byte[]> entry : packed.entrySet()) {
        int begin = archive.size();
        ZipEntry header = entry(entry.getKey(), timestamp);
        // known before, they are written before the data
        header.setSize(entry.getValue().length);
        header.setCompressedSize(deflatedBytes(entry.getValue()));
        header.setCrc(crc(entry.getValue()));
        put(zip, header, entry.getValue());
        rows.add(new int[] {entry.getKey().hashCode(), begin, archive.size() - begin});
      }
    }
    rows.sort(Comparator.comparingInt(row -> row[0]));
    int[] versioned =
        packed.keySet().stream()
            .filter(name -> name.startsWith(VERSIONS))
            .mapToInt(name -> name.substring(name.indexOf('/', VERSIONS.length()) + 1).hashCode())
            .distinct()
            .sorted()
            .toArray();
    ByteBuffer index =
        ByteBuffer.allocate(4 * (1 + versioned.length + 3 * rows.size()))
            .order(ByteOrder.LITTLE_ENDIAN);
    index.putInt(versioned.length);
    Arrays.stream(versioned).forEach(index::putInt);
    for (int column = 0; column < 3; column++) {
      for (int[] row : rows) {
        index.putInt(row[column]);
      }
    }
    packed.clear();
    putNew(entries, PACK, archive.toByteArray());
    putNew(entries, INDEX, index.array());
  }

  private static int deflatedBytes(byte[] bytes) {
    Deflater deflater = new Deflater(LEVEL, /* nowrap= */ true);
    deflater.setInput(bytes);
    deflater.finish();
    byte[] buffer = new byte[64 << 10];
    while (!deflater.finished()) {
      deflater.deflate(buffer);
    }
    int count = (int) deflater.getBytesWritten();
    deflater.end();
    return count;
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private static void write(
      Path out, Manifest manifest, Map<String, byte[]> entries, Instant timestamp)
      throws IOException {
    Path part = out.resolveSibling(out.getFileName() + ".part");
    try (OutputStream file = Files.newOutputStream(part);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.setLevel(LEVEL);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      manifest.write(bytes);
      // first, where JarInputStream looks for it
      put(zip, entry("META-INF/MANIFEST.MF", timestamp), bytes.toByteArray());
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = entry(entry.getKey(), timestamp);
        if (entry.getKey().equals(PACK) || entry.getKey().equals(INDEX)) {
          header.setMethod(ZipEntry.STORED); // so that any place in it can be read at once
          header.setSize(entry.getValue().length);
          header.setCrc(crc(entry.getValue()));
        }
        put(zip, header, entry.getValue());
      }
    }
    // a service that starts meanwhile sees the old jar or the new one, never half
    Files.move(
        part,
        out,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private static ZipEntry entry(String name, Instant timestamp) {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(java.time.LocalDateTime.ofInstant(timestamp, java.time.ZoneOffset.UTC));
    return entry;
  }

  private static void put(ZipOutputStream zip, ZipEntry entry, byte[] bytes) throws IOException {
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  private AssembleAgent() {}
}
