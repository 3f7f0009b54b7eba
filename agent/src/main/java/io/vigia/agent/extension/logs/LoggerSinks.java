package io.vigia.agent.extension.logs;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the events of a logger go: its appenders or handlers and those of its parents, as Logback,
 * Log4j and the JDK have them. Read by public methods of the application's own classes.
 */
final class LoggerSinks {

  static final String LOGBACK = "ch.qos.logback.classic.Logger";
  static final String LOG4J = "org.apache.logging.log4j.core.Logger";

  /** Not in one piece: the build would have it mean upstream's own logger. */
  static final String JDK = String.join(".", "java.util.logging", "Logger");

  private static final Pattern FILE = Pattern.compile("File(Appender|Handler)$");

  /** {@code /dev/stdout} and {@code /proc/1/fd/1} are files only in name. */
  private static final Pattern DEVICE = Pattern.compile("/(dev|proc)/.*");

  /** A sink in a sink, at most: an asynchronous one that hands on to a file. */
  private static final int MAX_DEPTH = 4;

  private LoggerSinks() {}

  /**
   * Whether there is a sink, and each is surely a file. Of a sink that is not known nothing is
   * sure: it may well print.
   */
  static boolean areFiles(Object logger) {
    try {
      return areFiles(of(logger), 0);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false; // another version of the library
    }
  }

  private static boolean areFiles(List<Object> sinks, int depth) {
    if (sinks.isEmpty() || depth > MAX_DEPTH) {
      return false;
    }
    for (Object sink : sinks) {
      if (!isFile(sink) && !areFiles(behind(sink), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private static List<Object> of(Object logger) throws ReflectiveOperationException {
    for (Class<?> type = logger.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getName().equals(LOGBACK)) {
        return ofLogback(logger);
      }
      if (type.getName().equals(LOG4J)) {
        return ofParents(call(logger, "get"), "getAppenders", "isAdditive");
      }
      if (type.getName().equals(JDK)) {
        return ofParents(logger, "getHandlers", "getUseParentHandlers");
      }
    }
    return new ArrayList<>();
  }

  private static List<Object> ofParents(
      @Nullable Object logger, String ownSinks, String goesToParents)
      throws ReflectiveOperationException {
    List<Object> sinks = new ArrayList<>();
    for (Object each = logger; each != null; each = call(each, "getParent")) {
      sinks.addAll(listed(call(each, ownSinks)));
      if (Boolean.FALSE.equals(call(each, goesToParents))) {
        break;
      }
    }
    return sinks;
  }

  /** Its parent is private, but has the name up to the last separator and is in the context. */
  private static List<Object> ofLogback(Object logger) throws ReflectiveOperationException {
    Object context = call(logger, "getLoggerContext");
    List<Object> sinks = new ArrayList<>();
    String name = String.valueOf(call(logger, "getName"));
    for (Object each = logger; each != null; ) {
      sinks.addAll(listed(call(each, "iteratorForAppenders")));
      if (name.equals("ROOT") || Boolean.FALSE.equals(call(each, "isAdditive"))) {
        break;
      }
      int end = Math.max(name.lastIndexOf('.'), name.lastIndexOf('$'));
      name = end < 0 ? "ROOT" : name.substring(0, end);
      each =
          context == null
              ? null
              : context.getClass().getMethod("getLogger", String.class).invoke(context, name);
    }
    return sinks;
  }

  private static boolean isFile(Object sink) {
    for (Class<?> type = sink.getClass(); type != null; type = type.getSuperclass()) {
      if (FILE.matcher(type.getName()).find()) {
        return !isDevice(path(sink, "getFile")) && !isDevice(path(sink, "getFileName"));
      }
    }
    return false;
  }

  private static boolean isDevice(@Nullable Object path) {
    return path != null && DEVICE.matcher(path.toString()).matches();
  }

  private static @Nullable Object path(Object sink, String method) {
    try {
      return call(sink, method);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null; // it has none of the kind
    }
  }

  /** Those that a sink hands its events on to. */
  private static List<Object> behind(Object sink) {
    for (String method : new String[] {"iteratorForAppenders", "getAppenders", "getHandlers"}) {
      try {
        return listed(call(sink, method));
      } catch (ReflectiveOperationException | RuntimeException e) {
        // it is of another kind
      }
    }
    return new ArrayList<>();
  }

  /** Of the first class that others may use: what extends it may be private. */
  private static @Nullable Object call(Object target, String method)
      throws ReflectiveOperationException {
    Class<?> type = target.getClass();
    while (!Modifier.isPublic(type.getModifiers())) {
      type = type.getSuperclass();
    }
    return type.getMethod(method).invoke(target);
  }

  private static List<Object> listed(@Nullable Object many) {
    List<Object> list = new ArrayList<>();
    if (many instanceof Iterator) {
      ((Iterator<?>) many).forEachRemaining(list::add);
    } else if (many instanceof Map) {
      list.addAll(((Map<?, ?>) many).values());
    } else if (many instanceof Collection) {
      list.addAll((Collection<?>) many);
    } else if (many instanceof Object[]) {
      list.addAll(Arrays.asList((Object[]) many));
    }
    return list;
  }
}
