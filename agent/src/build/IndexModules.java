import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Asks each of upstream's instrumentation modules which class names make it act, and writes those
 * that act on a library only, so that the agent can leave them alone until such a class is loaded:
 *
 * <pre>
 *   module class TAB order TAB names,… TAB names of super types,…
 * </pre>
 *
 * <p>Not written, hence loaded at start: modules for the JDK itself, modules whose matchers are not
 * about names (annotations), and those that need a newer JVM than the build's. The names come from
 * upstream's own {@code AgentBuilderUtil}, which decides by them whether a class can match.
 *
 * <p>The second file lists the settings that upstream knows, so that a mistyped one can be named:
 * every string in its classes that looks like one, and {@code otel.instrumentation.<name>.} for
 * every module.
 *
 * <p>The third and the fourth are the class files that upstream makes for a virtual field, with
 * marks in place of names, which {@code FieldClasses} fills in.
 */
final class IndexModules {

  private static final String SERVICE =
      "META-INF/services/io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule";

  /** Not what others implement: a JDBC driver is a library. */
  private static final Pattern JDK =
      Pattern.compile(
          "(?!javax?\\.sql\\.)(java|sun|jdk|com\\.sun|javax\\.(net|management|naming|security))\\..*");

  private static final Pattern SETTING = Pattern.compile("otel\\.[a-z0-9_-]+\\.[a-z0-9._-]+");

  /** Names of attributes and metrics, and what upstream tells itself. */
  private static final Pattern TELEMETRY =
      Pattern.compile(
          "^otel\\.(sdk\\.(?!disabled)|scope|library|component|span\\.(parent|sampling)|metric\\.overflow|event|internal"
              + "|global|javaagent\\.testing|experimental\\.sdk)|^otel\\.instrumentation\\.[^.]*$|_");

  public static void main(String[] args) throws Exception {
    File upstream = new File(args[0]);
    Path out = Path.of(args[1]);
    if (Files.exists(out)
        && Files.getLastModifiedTime(out).toMillis() > upstream.lastModified()
        && Files.size(out) > 0
        && Files.exists(Path.of(args[2]))
        && Files.exists(Path.of(args[4]))) {
      return;
    }
    List<String> lines = new ArrayList<>();
    Set<String> settings = settingsInStrings(upstream);
    try (AgentLoader loader = new AgentLoader(upstream)) {
      Thread.currentThread().setContextClassLoader(loader);
      Inspector inspector = new Inspector(loader);
      for (String module : loader.lines(SERVICE)) {
        String line = inspector.line(module);
        settings.addAll(inspector.settings(module));
        if (line != null) {
          lines.add(line);
        }
      }
      FieldTemplates templates = new FieldTemplates(loader);
      Files.write(Path.of(args[3]), templates.accessor());
      Files.write(Path.of(args[4]), templates.implementation());
    }
    Files.write(Path.of(args[2]), settings);
    Files.write(out, lines);
  }

  private static Set<String> settingsInStrings(File upstream) throws IOException {
    Set<String> settings = new TreeSet<>();
    try (ZipFile jar = new ZipFile(upstream)) {
      for (ZipEntry entry : jar.stream().filter(e -> e.getName().matches(".*\\.class(data)?")).toList()) {
        try (InputStream in = jar.getInputStream(entry)) {
          String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
          Matcher matcher = SETTING.matcher(text);
          while (matcher.find()) {
            String found = matcher.group();
            if (!TELEMETRY.matcher(found).find() && !found.endsWith(".")) {
              settings.add(found);
            }
          }
        }
      }
    }
    return settings;
  }

  private static final class Inspector {
    private final AgentLoader loader;
    private final Method inspect;
    private final Class<?> fieldsBuilder;

    Inspector(AgentLoader loader) throws ReflectiveOperationException {
      this.loader = loader;
      Class<?> util = loader.loadClass("net.bytebuddy.agent.builder.AgentBuilderUtil");
      inspect =
          util.getDeclaredMethod(
              "inspect", loader.loadClass("net.bytebuddy.matcher.ElementMatcher"));
      inspect.setAccessible(true);
      fieldsBuilder =
          loader.loadClass("io.opentelemetry.javaagent.tooling.muzzle.VirtualFieldMappingsBuilder");
    }

    /** {@code null} for a module that cannot wait. */
    String line(String name) throws ReflectiveOperationException {
      Object module;
      List<?> types;
      try {
        module = loader.loadClass(name).getDeclaredConstructor().newInstance();
        types = (List<?>) call(module, "typeInstrumentations");
      } catch (UnsupportedClassVersionError e) {
        return null;
      }
      Set<String> names = new TreeSet<>();
      Set<String> superTypes = new TreeSet<>();
      for (Object type : types) {
        Object result = inspect.invoke(null, call(type, "typeMatcher"));
        if (result == null) {
          return null;
        }
        ((boolean) field(result, "subtype") ? superTypes : names).addAll(names(result));
      }
      if (names.isEmpty() && superTypes.isEmpty()) {
        return null;
      }
      if (names.stream().anyMatch(IndexModules::isJdk)
          || superTypes.stream().anyMatch(IndexModules::isJdk)) {
        return null;
      }
      virtualFields(module).stream().filter(type -> !isJdk(type)).forEach(superTypes::add);
      return String.join(
          "\t",
          name,
          String.valueOf(call(module, "order")),
          String.join(",", names),
          String.join(",", superTypes));
    }

    /** {@code otel.instrumentation.<name>.} for each of the module's names. */
    Set<String> settings(String name) throws ReflectiveOperationException {
      Set<String> settings = new TreeSet<>();
      try {
        Object module = loader.loadClass(name).getDeclaredConstructor().newInstance();
        for (Object instrumentation : (Set<?>) call(module, "instrumentationNames")) {
          settings.add("otel.instrumentation." + instrumentation + ".");
        }
      } catch (UnsupportedClassVersionError e) {
        // for a newer JVM than the build's; its name is that of another module's, too
      }
      return settings;
    }

    /** Types that the module hangs a field into; also their subtypes. */
    private Set<String> virtualFields(Object module) throws ReflectiveOperationException {
      Set<String> types = new TreeSet<>();
      for (Method method : module.getClass().getMethods()) {
        if (method.getName().equals("registerMuzzleVirtualFields")) {
          InvocationHandler register =
              (proxy, called, arguments) -> {
                types.add((String) arguments[0]);
                return proxy;
              };
          method.invoke(
              module,
              Proxy.newProxyInstance(loader, new Class<?>[] {fieldsBuilder}, register));
        }
      }
      return types;
    }

    @SuppressWarnings("unchecked")
    private static Set<String> names(Object result) throws ReflectiveOperationException {
      return (Set<String>) field(result, "names");
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
      Field field = owner.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(owner);
    }

    private static Object call(Object owner, String name) throws ReflectiveOperationException {
      Method method = owner.getClass().getMethod(name);
      method.setAccessible(true);
      return method.invoke(owner);
    }
  }

  /** Of a field named F of type V in type T: what matters is where the names made of them are. */
  private static final class FieldTemplates {
    private static final String PACKAGE = "io.opentelemetry.javaagent.tooling.field.";
    private static final Object[] FIELD = {"T", "V", "F"};

    private final AgentLoader loader;
    private final Object accessor;
    private final Map<String, String> marks = new LinkedHashMap<>();

    FieldTemplates(AgentLoader loader) throws ReflectiveOperationException {
      this.loader = loader;
      accessor = generate("FieldAccessorInterfacesGenerator", "makeFieldAccessorInterface", FIELD);
      mark("getVirtualFieldImplementationClassName", "\u0001");
      mark("getFieldAccessorInterfaceName", "\u0002");
      mark("getRealGetterName", "\u0003");
      mark("getRealSetterName", "\u0004");
      String implementation = marks.keySet().iterator().next();
      marks.put(implementation.substring(implementation.lastIndexOf('/') + 1), "\u0005");
    }

    byte[] accessor() throws ReflectiveOperationException, IOException {
      return marked(bytes(accessor));
    }

    byte[] implementation() throws ReflectiveOperationException, IOException {
      Constructor<?> interfaces =
          loader.loadClass(PACKAGE + "FieldAccessorInterfaces").getDeclaredConstructor(Map.class);
      interfaces.setAccessible(true);
      String name = (String) call("GeneratedVirtualFieldNames", "getFieldAccessorInterfaceName", null, FIELD);
      Object all = interfaces.newInstance(Map.of(name, accessor));
      Object made =
          generate(
              "VirtualFieldImplementationsGenerator",
              "makeVirtualFieldImplementationClass",
              FIELD[0],
              FIELD[1],
              FIELD[2],
              all);
      return marked(bytes(made));
    }

    private void mark(String nameOf, String mark) throws ReflectiveOperationException {
      String name = (String) call("GeneratedVirtualFieldNames", nameOf, null, FIELD);
      marks.put(name.replace('.', '/'), mark);
    }

    private Object generate(String generator, String method, Object... arguments)
        throws ReflectiveOperationException {
      Class<?> byteBuddy = loader.loadClass("net.bytebuddy.ByteBuddy");
      Constructor<?> constructor =
          loader.loadClass(PACKAGE + generator).getDeclaredConstructor(byteBuddy);
      constructor.setAccessible(true);
      Object made = constructor.newInstance(byteBuddy.getConstructor().newInstance());
      return call(generator, method, made, arguments);
    }

    private Object call(String type, String name, Object owner, Object... arguments)
        throws ReflectiveOperationException {
      for (Method method : loader.loadClass(PACKAGE + type).getDeclaredMethods()) {
        if (method.getName().equals(name)) {
          method.setAccessible(true);
          return method.invoke(owner, arguments);
        }
      }
      throw new NoSuchMethodException(type + "." + name);
    }

    private byte[] bytes(Object dynamicType) throws ReflectiveOperationException {
      return (byte[])
          loader.loadClass("net.bytebuddy.dynamic.DynamicType").getMethod("getBytes").invoke(dynamicType);
    }

    /** The constants of a class file with marks, and a version that every JVM reads. */
    private byte[] marked(byte[] classFile) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeLong(in.readLong() >>> 16 << 16 | 52); // of Java 8
      int constants = in.readUnsignedShort();
      out.writeShort(constants);
      for (int i = 1; i < constants; i++) {
        int tag = in.readUnsignedByte();
        out.writeByte(tag);
        switch (tag) {
          case 1 -> {
            String text = in.readUTF();
            for (Map.Entry<String, String> mark : marks.entrySet()) {
              text = text.replace(mark.getKey(), mark.getValue());
            }
            out.writeUTF(text);
          }
          case 7, 8 -> out.write(in.readNBytes(2)); // class, string
          case 9, 10, 11, 12 -> out.write(in.readNBytes(4)); // member, its name and type
          default -> throw new IOException("upstream's class has a constant of tag " + tag);
        }
      }
      in.transferTo(out);
      return bytes.toByteArray();
    }
  }

  private static boolean isJdk(String className) {
    // libraries that live where only the JDK should
    return JDK.matcher(className).matches()
        && !className.startsWith("com.sun.faces.")
        && !className.startsWith("com.sun.xml.ws.");
  }

  /** Sees the classes of the agent jar as the agent's own loader does. */
  private static final class AgentLoader extends ClassLoader implements AutoCloseable {
    private final ZipFile jar;

    AgentLoader(File file) throws IOException {
      super(ClassLoader.getPlatformClassLoader());
      jar = new ZipFile(file);
    }

    List<String> lines(String resource) throws IOException {
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(
                  jar.getInputStream(jar.getEntry("inst/" + resource)), StandardCharsets.UTF_8))) {
        return reader.lines().map(String::trim).filter(line -> !line.isEmpty()).toList();
      }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      String path = name.replace('.', '/');
      String[] places = {
        path + ".class", "inst/META-INF/versions/9/" + path + ".classdata", "inst/" + path + ".classdata"
      };
      for (String place : places) {
        ZipEntry entry = jar.getEntry(place);
        if (entry != null) {
          try (InputStream in = jar.getInputStream(entry)) {
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
          } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
          }
        }
      }
      throw new ClassNotFoundException(name);
    }

    @Override
    protected URL findResource(String name) {
      ZipEntry entry = jar.getEntry("inst/" + (name.endsWith(".class") ? name + "data" : name));
      try {
        return entry == null ? null : new URL("jar:file:" + jar.getName() + "!/" + entry.getName());
      } catch (MalformedURLException e) {
        return null;
      }
    }

    @Override
    public void close() throws IOException {
      jar.close();
    }
  }

  private IndexModules() {}
}
