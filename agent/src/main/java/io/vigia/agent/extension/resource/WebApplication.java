package io.vigia.agent.extension.resource;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
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
 * Name of a service that is a web application in a Tomcat, Jetty, WildFly or Liberty of its own,
 * where the main class says nothing. It is read off the directory of its applications: {@code
 * display-name} of the one that is there ({@code WEB-INF/web.xml}), otherwise the name of its war,
 * ear or directory without version. Of several applications in one JVM, which have one agent, or of
 * an untitled {@code ROOT}, it is {@code tomcat}, {@code jetty}, {@code wildfly} or {@code
 * liberty}, whose servers may have names of their own.
 */
final class WebApplication {

  private static final String TOMCAT = "tomcat";
  private static final String JETTY = "jetty";
  private static final String WILDFLY = "wildfly";
  private static final String LIBERTY = "liberty";

  /** Of {@code start.jar}, and of the JVM that it starts or describes ({@code --dry-run}). */
  private static final List<String> JETTY_MAINS =
      Arrays.asList("org.eclipse.jetty.start.Main", "org.eclipse.jetty.xml.XmlConfiguration");

  private static final Pattern JETTY_BASE = Pattern.compile(" jetty\\.base=(\\S+)");
  private static final String TOMCAT_MAIN = "org.apache.catalina.startup.Bootstrap";

  /** Of {@code jboss-modules.jar}, which also runs tools; JBoss EAP is no other. */
  private static final String JBOSS_MAIN = "org.jboss.modules.Main";

  private static final Pattern JBOSS_SERVER =
      Pattern.compile(" org\\.jboss\\.as\\.(standalone|server)\\b");

  /** The scripts give these to the program and not to the JVM. */
  private static final Pattern JBOSS_BASE =
      Pattern.compile(" -Djboss\\.server\\.base\\.dir=(.+?)(?= -|$)");

  /** Of {@code ws-server.jar}, Open Liberty's and WebSphere Liberty's. */
  private static final String LIBERTY_MAIN = "com.ibm.ws.kernel.boot.cmdline.EnvCheck";

  private static final String LIBERTY_DEFAULT = "defaultServer";
  private static final Pattern LIBERTY_SERVER = Pattern.compile("\\.jar ([^- ]\\S*)");

  private static final Pattern DEPLOYMENT = Pattern.compile("\\.(war|ear)$");

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

  /** {@code null} for a program that is no such server. */
  static @Nullable String name(
      @Nullable String mainClass, Function<String, @Nullable String> properties) {
    if (TOMCAT_MAIN.equals(mainClass)) {
      String base = properties.apply("catalina.base");
      return name(TOMCAT, base == null ? properties.apply("catalina.home") : base, "webapps");
    }
    if (JBOSS_MAIN.equals(mainClass)) {
      String command = String.valueOf(properties.apply("sun.java.command"));
      Matcher base = JBOSS_BASE.matcher(command);
      return JBOSS_SERVER.matcher(command).find()
          ? name(WILDFLY, base.find() ? base.group(1) : null, "deployments")
          : null;
    }
    if (LIBERTY_MAIN.equals(mainClass)) {
      return liberty(properties);
    }
    return JETTY_MAINS.contains(mainClass) ? name(JETTY, jettyBase(properties), "webapps") : null;
  }

  /** A property, an argument of {@code start.jar}, or where that was started. */
  private static @Nullable String jettyBase(Function<String, @Nullable String> properties) {
    String base = properties.apply("jetty.base");
    if (base == null) {
      String command = properties.apply("sun.java.command");
      Matcher argument = JETTY_BASE.matcher(command == null ? "" : command);
      base = argument.find() ? argument.group(1) : properties.apply("user.dir");
    }
    return base;
  }

  /** A server's directory is beside the installation, or where the script starts it. */
  private static String liberty(Function<String, @Nullable String> properties) {
    Matcher argument = LIBERTY_SERVER.matcher(String.valueOf(properties.apply("sun.java.command")));
    String server = argument.find() ? argument.group(1) : LIBERTY_DEFAULT;
    File tools =
        new File(String.valueOf(properties.apply("java.class.path")))
            .getAbsoluteFile()
            .getParentFile();
    File installed = new File(tools, "../../usr/servers/" + server);
    String base = installed.isDirectory() ? installed.getPath() : properties.apply("user.dir");
    String name = name(LIBERTY, base, "apps", "dropins");
    return name.equals(LIBERTY) && !server.equals(LIBERTY_DEFAULT) ? server : name;
  }

  private static String name(String server, @Nullable String base, String... directories) {
    List<File> files = new ArrayList<>();
    for (String directory : directories) {
      File[] found = base == null ? null : new File(base, directory).listFiles();
      files.addAll(Arrays.asList(found == null ? new File[0] : found));
    }
    Set<String> names = new LinkedHashSet<>();
    Set<String> descriptors = new LinkedHashSet<>();
    for (File file : files) {
      String name = name(server, file);
      if (name != null) {
        names.add(name);
      } else if (server.equals(JETTY) && file.getName().endsWith(".xml")) {
        descriptors.add(file.getName().replaceAll("\\.xml$", ""));
      }
    }
    // Jetty's descriptor of an application is beside its war, or says where that is
    Set<String> found = names.isEmpty() ? descriptors : names;
    return found.size() == 1 ? found.iterator().next() : server;
  }

  /** A war and the directory that it was unpacked to have one name. */
  private static @Nullable String name(String server, File file) {
    String name = PARALLEL.matcher(file.getName()).replaceFirst("");
    boolean isWar = name.equals(file.getName()) ? name.endsWith(".war") : file.isFile();
    boolean isApplication =
        server.equals(WILDFLY) || server.equals(LIBERTY)
            ? DEPLOYMENT.matcher(name).find()
            : isWar || file.isDirectory();
    if (name.startsWith(".")
        || (server.equals(TOMCAT) && DELIVERED.contains(name))
        || name.endsWith(".d")
        || !isApplication) {
      return null;
    }
    String title = title(file);
    if (DELIVERED_ROOT.equals(title)) {
      return null;
    }
    if (title != null) {
      return title;
    }
    String path = DEPLOYMENT.matcher(name).replaceFirst("");
    return path.equalsIgnoreCase("ROOT") ? server : MainProgram.withoutVersion(path + ".jar");
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
