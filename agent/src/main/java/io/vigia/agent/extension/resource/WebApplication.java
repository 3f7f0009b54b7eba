package io.vigia.agent.extension.resource;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Name of a service that is a web application in a Tomcat of its own, where the main class says
 * nothing. It is read off the {@code webapps} directory: {@code display-name} of the one
 * application there ({@code WEB-INF/web.xml}), otherwise the name of its war or directory without
 * version. Of several applications in one JVM, which have one agent, or of an untitled {@code
 * ROOT}, it is {@code tomcat}.
 */
final class WebApplication {

  private static final String TOMCAT = "tomcat";
  private static final String TOMCAT_MAIN = "org.apache.catalina.startup.Bootstrap";

  /** What Tomcat is delivered with; its ROOT is known by its title. */
  private static final List<String> DELIVERED =
      Arrays.asList("docs", "examples", "manager", "host-manager");

  private static final String DELIVERED_ROOT = "Welcome to Tomcat";

  /** {@code shop##002.war} is version 002 of {@code shop} (Tomcat, "Parallel deployment"). */
  private static final Pattern PARALLEL = Pattern.compile("##.*$");

  /** The application's own title comes before any of its parts, which may have some too. */
  private static final Pattern TITLE =
      Pattern.compile(
          "^(?:(?!<(?:servlet|filter|listener|security-role|env-entry)\\b).)*?"
              + "<display-name[^>]*>\\s*([^<]{1,100}?)\\s*</display-name>",
          Pattern.DOTALL);

  private static final int MAX_WEB_XML_BYTES = 64 * 1024;

  /** {@code null} for a program that is no Tomcat. */
  static @Nullable String name(
      @Nullable String mainClass, Function<String, @Nullable String> properties) {
    if (!TOMCAT_MAIN.equals(mainClass)) {
      return null;
    }
    String base = properties.apply("catalina.base");
    if (base == null) {
      base = properties.apply("catalina.home");
    }
    File[] files = base == null ? null : new File(base, "webapps").listFiles();
    Set<String> names = new LinkedHashSet<>();
    for (File file : files == null ? new File[0] : files) {
      String name = name(file);
      if (name != null) {
        names.add(name);
      }
    }
    return names.size() == 1 ? names.iterator().next() : TOMCAT;
  }

  /** A war and the directory that it was unpacked to have one name. */
  private static @Nullable String name(File file) {
    String name = PARALLEL.matcher(file.getName()).replaceFirst("");
    boolean isWar = name.equals(file.getName()) ? name.endsWith(".war") : file.isFile();
    if (name.startsWith(".") || DELIVERED.contains(name) || !(isWar || file.isDirectory())) {
      return null;
    }
    String title = title(file);
    if (DELIVERED_ROOT.equals(title)) {
      return null;
    }
    if (title != null) {
      return title;
    }
    String path = name.replaceAll("\\.war$", "");
    return path.equals("ROOT") ? TOMCAT : MainProgram.withoutVersion(path + ".jar");
  }

  private static @Nullable String title(File file) {
    try {
      if (file.isDirectory()) {
        File webXml = new File(file, "WEB-INF/web.xml");
        if (!webXml.isFile()) {
          return null;
        }
        try (InputStream in = Files.newInputStream(webXml.toPath())) {
          return title(in);
        }
      }
      try (ZipFile war = new ZipFile(file)) {
        ZipEntry webXml = war.getEntry("WEB-INF/web.xml");
        if (webXml == null) {
          return null;
        }
        try (InputStream in = war.getInputStream(webXml)) {
          return title(in);
        }
      }
    } catch (IOException e) {
      return null; // Tomcat will say what is wrong with it
    }
  }

  private static @Nullable String title(InputStream in) throws IOException {
    byte[] bytes = new byte[MAX_WEB_XML_BYTES];
    int length = 0;
    for (int read = 0; read >= 0 && length < bytes.length; ) {
      length += read;
      read = in.read(bytes, length, bytes.length - length);
    }
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    Matcher title = TITLE.matcher(text.replaceAll("(?s)<!--.*?-->", ""));
    return title.find() ? title.group(1) : null;
  }

  private WebApplication() {}
}
