import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Makes a small base image (a Java runtime, the C libraries it needs, two users, nothing else: no
 * shell) without a Docker daemon and without a registry.
 *
 * <p>{@code java daemonset/image/BaseImage.java OUT.tar}. Runs on Linux with a JDK; the image is for
 * the same processor and C library. The form is Docker's image archive (image-spec v1.2: manifest.json,
 * configuration, one layer), which {@code docker load}, {@code ctr images import} and Jib's
 * {@code tar://} read.
 */
public final class BaseImage {
  private static final String MODULES =
      "java.base,java.logging,java.management,java.instrument,java.naming,java.sql,java.net.http,"
          + "java.desktop,java.security.jgss,jdk.unsupported,jdk.crypto.ec,jdk.jfr,jdk.management,"
          + "jdk.httpserver,jdk.zipfs,jdk.naming.dns";
  /**
   * What no file here names. Natives that jars unpack at run time (DuckDB, ONNX Runtime, zstd) are
   * C++, or were linked against a C library that still was in pieces; name services are loaded by
   * name.
   */
  private static final List<String> LOADED_LATER =
      List.of(
          "libstdc++.so.6", "libgcc_s.so.1", "libdl.so.2", "libpthread.so.0", "librt.so.1",
          "libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2");

  /** Windows, sound: they would bring X11 and more, and a server has neither. */
  private static final Set<String> LEFT_OUT =
      Set.of("libawt_xawt.so", "libjawt.so", "libsplashscreen.so", "libjsound.so");

  private static final Pattern LIBRARY = Pattern.compile("(/[^ ]+\\.so[^ ]*)");

  private final TreeMap<String, Path> files = new TreeMap<>();

  public static void main(String[] args) throws Exception {
    if (args.length != 1) {
      System.err.println("usage: java BaseImage.java OUT.tar");
      System.exit(2);
    }
    new BaseImage().make(Path.of(args[0]));
  }

  private void make(Path out) throws Exception {
    Path work = Files.createTempDirectory("vigia-base");
    Path runtime = work.resolve("jre");
    ToolProvider jlink =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() -> new IllegalStateException("no jlink here: run with a JDK, not a JRE"));
    int code =
        jlink.run(
            System.out, System.err, "--no-header-files", "--no-man-pages", "--strip-java-debug-attributes",
            "--compress=2", "--add-modules", MODULES, "--output", runtime.toString());
    if (code != 0) {
      throw new IllegalStateException("jlink failed with " + code);
    }
    addTree(runtime, "opt/java/");
    addLibraries(runtime);
    addIfPresent("etc/ssl/certs/ca-certificates.crt");
    // without it LANG=C.UTF-8 means ASCII, and Java 17 takes its default charset from there
    addTree(Path.of("/usr/lib/locale/C.utf8"), "usr/lib/locale/C.utf8/");
    files.put(
        "etc/passwd",
        text(work, "passwd", "root:x:0:0:root:/:/none\nvigia:x:10001:10001:vigia:/:/none\n"));
    files.put("etc/group", text(work, "group", "root:x:0:\nvigia:x:10001:\n"));
    files.put("etc/nsswitch.conf", text(work, "nsswitch.conf", "hosts: files dns\n"));

    Path layer = work.resolve("layer.tar");
    try (OutputStream tar = new BufferedOutputStream(Files.newOutputStream(layer))) {
      directories(tar);
      for (var entry : files.entrySet()) {
        boolean runs = Files.isExecutable(entry.getValue()) || entry.getKey().contains(".so");
        header(tar, entry.getKey(), Files.size(entry.getValue()), runs ? 0755 : 0644, '0');
        Files.copy(entry.getValue(), tar);
        pad(tar, Files.size(entry.getValue()));
      }
      tar.write(new byte[1024]);
    }
    writeArchive(out, layer);
    System.out.printf("%s: %d files, %.1f MB%n", out, files.size(), Files.size(out) / 1e6);
  }

  /** The shared libraries of the runtime's programs and libraries, found by the loader itself. */
  private void addLibraries(Path runtime) throws IOException, InterruptedException {
    TreeSet<String> libraries = new TreeSet<>();
    for (Path file : List.copyOf(files.values())) {
      String name = file.getFileName().toString();
      if (!name.endsWith(".so") && !name.equals("java")) {
        continue;
      }
      ProcessBuilder ldd = new ProcessBuilder("ldd", file.toString()).redirectErrorStream(true);
      ldd.environment().put("LD_LIBRARY_PATH", runtime + "/lib:" + runtime + "/lib/server");
      Process process = ldd.start();
      Matcher matcher =
          LIBRARY.matcher(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      process.waitFor();
      while (matcher.find()) {
        if (!matcher.group(1).startsWith(runtime.toString())) {
          libraries.add(matcher.group(1));
        }
      }
    }
    for (String extra : LOADED_LATER) {
      for (String library : List.copyOf(libraries)) {
        Path beside = Path.of(library).resolveSibling(extra);
        Path under = Path.of("/usr").resolve(beside.toString().substring(1));
        if (Files.exists(beside)) {
          libraries.add(beside.toString());
        } else if (Files.exists(under)) {
          libraries.add(under.toString());
        }
      }
    }
    for (String library : libraries) {
      files.put(library.substring(1), Path.of(library).toRealPath());
    }
  }

  private void addTree(Path directory, String into) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) tree.filter(Files::isRegularFile)::iterator) {
        if (!LEFT_OUT.contains(file.getFileName().toString())) {
          files.put(into + directory.relativize(file), file);
        }
      }
    }
  }

  private void addIfPresent(String name) throws IOException {
    Path file = Path.of("/", name);
    if (Files.exists(file)) {
      files.put(name, file.toRealPath());
    }
  }

  private void directories(OutputStream tar) throws IOException {
    TreeSet<String> directories = new TreeSet<>(List.of("tmp/"));
    for (String name : files.keySet()) {
      for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
        directories.add(name.substring(0, slash + 1));
      }
    }
    for (String directory : directories) {
      header(tar, directory, 0, directory.equals("tmp/") ? 01777 : 0755, '5');
    }
  }

  private static void writeArchive(Path out, Path layer) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    try (var in = Files.newInputStream(layer)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
      }
    }
    String layerId = HexFormat.of().formatHex(sha.digest());
    String arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    byte[] config =
        ("{\"architecture\":\"" + arch + "\",\"os\":\"linux\",\"created\":\"1970-01-01T00:00:00Z\","
                + "\"config\":{\"Env\":[\"PATH=/opt/java/bin\",\"JAVA_HOME=/opt/java\",\"LANG=C.UTF-8\"]},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + layerId + "\"]},"
                + "\"history\":[{\"created_by\":\"BaseImage.java\"}]}")
            .getBytes(StandardCharsets.UTF_8);
    String configId =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(config));
    byte[] manifest =
        ("[{\"Config\":\"" + configId + ".json\",\"RepoTags\":[\"localhost/vigia-java:base\"],"
                + "\"Layers\":[\"" + layerId + "/layer.tar\"]}]")
            .getBytes(StandardCharsets.UTF_8);
    try (OutputStream tar = new BufferedOutputStream(Files.newOutputStream(out))) {
      header(tar, layerId + "/layer.tar", Files.size(layer), 0644, '0');
      Files.copy(layer, tar);
      pad(tar, Files.size(layer));
      for (var entry : List.of(java.util.Map.entry(configId + ".json", config), java.util.Map.entry("manifest.json", manifest))) {
        header(tar, entry.getKey(), entry.getValue().length, 0644, '0');
        tar.write(entry.getValue());
        pad(tar, entry.getValue().length);
      }
      tar.write(new byte[1024]);
    }
  }

  private static Path text(Path directory, String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  /** POSIX ustar, IEEE Std 1003.1 "pax", section "ustar Interchange Format". */
  private static void header(OutputStream tar, String name, long size, int mode, char type)
      throws IOException {
    byte[] block = new byte[512];
    String prefix = "";
    if (name.length() > 100) {
      int cut = name.lastIndexOf('/', name.length() - 2);
      prefix = name.substring(0, cut);
      name = name.substring(cut + 1);
    }
    put(block, 0, name);
    put(block, 100, String.format("%07o", mode));
    put(block, 108, "0000000");
    put(block, 116, "0000000");
    put(block, 124, String.format("%011o", size));
    put(block, 136, "00000000000");
    put(block, 148, "        ");
    block[156] = (byte) type;
    put(block, 257, "ustar");
    put(block, 263, "00");
    put(block, 345, prefix);
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, String.format("%06o", sum));
    block[154] = 0;
    tar.write(block);
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static void pad(OutputStream tar, long size) throws IOException {
    tar.write(new byte[(int) ((512 - size % 512) % 512)]);
  }
}
