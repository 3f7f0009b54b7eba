package io.vigia.agent.extension.export;

import io.opentelemetry.javaagent.bootstrap.InstrumentationHolder;
import io.opentelemetry.javaagent.bootstrap.OpenTelemetrySdkAccess;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Closes the SDK when the application has ended. The JVM starts all shutdown hooks at once: closed
 * then, the SDK would take nothing any more of what the application's hooks do, which is to answer
 * the requests that are under way (Spring Boot has half a minute for that) and to log how it ends.
 * So this hook waits for the others; meanwhile everything is exported as ever, what is there
 * already at once: a hook may halt the JVM. Without others it waits for nobody.
 */
public final class LastHook implements Runnable {

  /** Should another hook wait for this one, then no longer than this. */
  private static final long MAX_MILLIS = 60_000;

  private final Runnable flushing;
  private final Runnable closing;
  private final Map<Thread, Thread> hooks;
  private final long maxMillis;

  /**
   * @param hooks all that the JVM runs, this one's thread among them
   */
  LastHook(Runnable flushing, Runnable closing, Map<Thread, Thread> hooks, long maxMillis) {
    this.flushing = flushing;
    this.closing = closing;
    this.hooks = hooks;
    this.maxMillis = maxMillis;
  }

  /**
   * In place of {@link Runtime#addShutdownHook} where upstream registers what closes the SDK (the
   * build has it call this).
   */
  public static void add(Runtime runtime, Thread closing) {
    try {
      Runnable work = closing; // is done on another thread than its own
      Runnable end =
          () -> {
            ExitBudget.begin();
            work.run();
          };
      Runnable flush = () -> OpenTelemetrySdkAccess.forceFlush(MAX_MILLIS, TimeUnit.MILLISECONDS);
      Thread hook = new Thread(new LastHook(flush, end, hooks(), MAX_MILLIS), "vigia-exit");
      hook.setDaemon(true); // nobody who waits for the application's threads waits for this one
      runtime.addShutdownHook(hook);
    } catch (IllegalStateException e) {
      ExitBudget.begin(); // already exiting
    }
  }

  /** Those that are registered, now and later; nobody changes them once the exit has begun. */
  @SuppressWarnings("unchecked")
  private static Map<Thread, Thread> hooks() {
    try {
      open();
      Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
      hooks.setAccessible(true);
      Object all = hooks.get(null);
      return all == null ? Collections.emptyMap() : (Map<Thread, Thread>) all;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      Console.debug(() -> "the application's shutdown hooks are not waited for: " + e);
      return Collections.emptyMap();
    }
  }

  /** From Java 9 on, for this class alone ({@code java.lang.instrument}, "redefineModule"). */
  private static void open() throws ReflectiveOperationException {
    Instrumentation instrumentation = InstrumentationHolder.getInstrumentation();
    Class<?> type;
    try {
      type = Class.forName("java.lang.Module");
    } catch (ClassNotFoundException e) {
      return; // Java 8 has nothing to open
    }
    Method moduleOf = Class.class.getMethod("getModule");
    Object opened = moduleOf.invoke(Runtime.class);
    Object to = moduleOf.invoke(LastHook.class);
    Instrumentation.class
        .getMethod("redefineModule", type, Set.class, Map.class, Map.class, Set.class, Map.class)
        .invoke(
            instrumentation,
            opened,
            Collections.emptySet(),
            Collections.emptyMap(),
            Collections.singletonMap("java.lang", Collections.singleton(to)),
            Collections.emptySet(),
            Collections.emptyMap());
  }

  @Override
  public void run() {
    try {
      List<Thread> others = new ArrayList<>(hooks.keySet());
      others.removeIf(each -> each == Thread.currentThread() || hasEnded(each));
      if (!others.isEmpty()) {
        Daemon.start("vigia-exit-flush", flushing);
        await(others);
      }
    } catch (Throwable e) { // there is no thread to be had, say: closed at once
      Console.harmless(e);
    } finally {
      closing.run();
    }
  }

  private static boolean hasEnded(Thread hook) {
    return hook.getState() == Thread.State.TERMINATED;
  }

  private void await(List<Thread> others) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxMillis);
    for (Thread each : others) {
      while (!hasEnded(each) && System.nanoTime() - until < 0) {
        await(each);
      }
    }
  }

  private static void await(Thread hook) {
    try {
      if (hook.getState() == Thread.State.NEW) {
        Thread.sleep(1); // the JVM starts one after the other
      } else {
        hook.join(10);
      }
    } catch (InterruptedException e) {
      // by a hook that interrupts all threads; what closes then waits for what it sends
    }
  }
}
