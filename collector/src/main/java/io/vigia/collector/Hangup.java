package io.vigia.collector;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * SIGHUP. Java has no public way to hear of a signal; {@code sun.misc.Signal} is in every JDK
 * (module {@code jdk.unsupported}) and is reached by reflection, so that a JDK without it costs
 * SIGHUP and nothing else.
 */
final class Hangup {
  private Hangup() {}

  /**
   * @throws IllegalArgumentException when this platform or JDK has no such signal
   */
  static void onSignal(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler run =
          (proxy, method, args) ->
              switch (method.getName()) {
                case "handle" -> {
                  action.run();
                  yield null;
                }
                case "equals" -> args != null && proxy == args[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "SIGHUP";
              };
      Object proxy =
          Proxy.newProxyInstance(Hangup.class.getClassLoader(), new Class<?>[] {handler}, run);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("no SIGHUP: " + e, e);
    }
  }
}
