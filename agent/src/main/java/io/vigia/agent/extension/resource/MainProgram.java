package io.vigia.agent.extension.resource;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.function.Function;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the launcher was told to run: a jar with its manifest, a main class, or a server of wars.
 */
final class MainProgram {

  /** {@code orders-service-1.4.2-SNAPSHOT.jar} → {@code orders-service}. */
  private static final Pattern VERSION = Pattern.compile("^(.+?)-v?\\d+(\\.[\\w]+)*([-+.]\\w+)*$");

  /** Of a jar that a program makes for its child's class path, as Maven's Surefire does. */
  private static final Pattern TEMPORARY = Pattern.compile("^(.*[^-_.\\d])[-_.]*\\d{9,}(_\\d+)?$");

  /** {@code java Hello.java}. */
  private static final Pattern SOURCE =
      Pattern.compile(
          "^com\\.sun\\.tools\\.javac\\.launcher\\.\\w+ (?:.*?/)?([^/ ]+?)(?:\\.java)?(?: .*)?$");

  private static final String SPRING_BOOT_LOADER = "org.springframework.boot.loader.";

  private final @Nullable String implementationTitle;
  private final @Nullable String implementationVersion;
  private final @Nullable String jarName;
  private final @Nullable String mainClass;
  private final @Nullable String webApplication;

  private MainProgram(
      @Nullable String implementationTitle,
      @Nullable String implementationVersion,
      @Nullable String jarName,
      @Nullable String mainClass,
      @Nullable String webApplication) {
    this.implementationTitle = implementationTitle;
    this.implementationVersion = implementationVersion;
    this.jarName = jarName;
    this.mainClass = mainClass;
    this.webApplication = webApplication;
  }

  static MainProgram ofThisProcess() {
    return of(System::getProperty);
  }

  static MainProgram of(Function<String, @Nullable String> properties) {
    String command = properties.apply("sun.java.command");
    String classPath = properties.apply("java.class.path");
    if (command == null || command.isEmpty()) {
      return new MainProgram(null, null, null, null, null);
    }
    // with -jar the class path is exactly that jar, spaces included
    if (classPath != null
        && classPath.endsWith(".jar")
        && (command.equals(classPath) || command.startsWith(classPath + " "))) {
      File jar = new File(classPath);
      return ofJar(jar, manifest(jar), properties);
    }
    int end = command.indexOf(' ');
    String main = end < 0 ? command : command.substring(0, end);
    // module/class
    int module = main.lastIndexOf('/') + 1;
    String mainClass = main.substring(module);
    Matcher source = SOURCE.matcher(command.substring(module));
    if (source.matches()) {
      mainClass = source.group(1);
    }
    String first = classPath == null ? "" : classPath.split(File.pathSeparator, 2)[0];
    Attributes manifest = first.endsWith(".jar") ? manifest(new File(first)) : new Attributes();
    if (mainClass.equals(manifest.getValue(Attributes.Name.MAIN_CLASS))) {
      return ofJar(new File(first), manifest, properties); // as scripts write what -jar would be
    }
    if (mainClass.startsWith(SPRING_BOOT_LOADER)) {
      return ofUnpacked(first, mainClass);
    }
    return new MainProgram(null, null, null, mainClass, WebApplication.name(mainClass, properties));
  }

  /** A fat jar of Spring Boot as it is unpacked in images: the launcher starts everybody's. */
  private static MainProgram ofUnpacked(String directory, String launcher) {
    try (InputStream in = Files.newInputStream(Paths.get(directory, "META-INF", "MANIFEST.MF"))) {
      Attributes main = new Manifest(in).getMainAttributes();
      String start = nonEmpty(main.getValue("Start-Class"));
      return new MainProgram(
          nonEmpty(main.getValue(Attributes.Name.IMPLEMENTATION_TITLE)),
          nonEmpty(main.getValue(Attributes.Name.IMPLEMENTATION_VERSION)),
          null,
          start == null ? launcher : start,
          null);
    } catch (IOException | RuntimeException e) {
      return new MainProgram(null, null, null, launcher, null); // not unpacked there
    }
  }

  private static MainProgram ofJar(
      File file, Attributes manifest, Function<String, @Nullable String> properties) {
    String webApplication =
        WebApplication.name(manifest.getValue(Attributes.Name.MAIN_CLASS), properties);
    return webApplication == null
        ? new MainProgram(
            nonEmpty(manifest.getValue(Attributes.Name.IMPLEMENTATION_TITLE)),
            nonEmpty(manifest.getValue(Attributes.Name.IMPLEMENTATION_VERSION)),
            withoutVersion(file.getName()),
            null,
            null)
        : new MainProgram(null, null, null, null, webApplication); // the server's are not its
  }

  /** The main attributes; empty when there are none. */
  private static Attributes manifest(File file) {
    try (JarFile jar = new JarFile(file, false)) {
      Manifest manifest = jar.getManifest();
      return manifest == null ? new Attributes() : manifest.getMainAttributes();
    } catch (IOException e) {
      return new Attributes(); // the launcher will say what is wrong with the jar
    }
  }

  static String withoutVersion(String fileName) {
    String base = fileName.substring(0, fileName.length() - ".jar".length());
    Matcher version = VERSION.matcher(base);
    if (version.matches()) {
      return version.group(1);
    }
    Matcher temporary = TEMPORARY.matcher(base);
    return temporary.matches() ? temporary.group(1) : base;
  }

  private static @Nullable String nonEmpty(@Nullable String value) {
    return value == null || value.trim().isEmpty() ? null : value.trim();
  }

  @Nullable String implementationTitle() {
    return implementationTitle;
  }

  @Nullable String implementationVersion() {
    return implementationVersion;
  }

  @Nullable String jarName() {
    return jarName;
  }

  @Nullable String mainClass() {
    return mainClass;
  }

  /** What a Tomcat, Jetty or WildFly serves, if the program is one. */
  @Nullable String webApplication() {
    return webApplication;
  }
}
