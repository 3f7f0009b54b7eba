package io.vigia.agent.extension.lazy;

import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import java.util.Map;

/**
 * Gives back what was read of class files to change others, when no class has been looked at for a
 * while: two megabytes that are live otherwise as long as the process, and that the heap keeps
 * three times as room for. What is needed again later is read again.
 */
final class TypeCaches implements Runnable {

  private static final int QUIET_MILLIS = 10_000;
  private static final String TOOLING = "io.opentelemetry.javaagent.tooling.muzzle.AgentTooling";

  private final LazyTransformations transformations;
  private final AdviceTypes adviceTypes;

  private TypeCaches(LazyTransformations transformations, AdviceTypes adviceTypes) {
    this.transformations = transformations;
    this.adviceTypes = adviceTypes;
  }

  /** On a daemon thread of its own, as long as the process lives. */
  static void releaseWhenQuiet(LazyTransformations transformations, AdviceTypes adviceTypes) {
    Daemon.start("vigia-release", new TypeCaches(transformations, adviceTypes));
  }

  @Override
  public void run() {
    try {
      long released = transformations.asked();
      for (long before = released; ; ) {
        Thread.sleep(QUIET_MILLIS);
        long now = transformations.asked();
        if (now == before && now != released) {
          adviceTypes.release();
          release();
          released = now;
          Console.debug(() -> "what was read of class files is given back");
        }
        before = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      Console.debug(() -> "what was read of class files is kept: " + e);
    }
  }

  /** The last classes that upstream has read; it drops them one by one only, for others. */
  private static void release() throws ReflectiveOperationException {
    // neither is in a published library; a test with the real jar would notice a change
    Object strategy = Class.forName(TOOLING).getMethod("poolStrategy").invoke(null);
    Object cache = ByteBuddyInternals.read(strategy.getClass(), "sharedResolutionCache", strategy);
    ((Map<?, ?>) ByteBuddyInternals.read(cache.getClass(), "delegate", cache)).clear();
  }
}
