package io.vigia.agent.programs;

import java.net.InetAddress;
import java.net.URL;
import java.security.NoSuchAlgorithmException;
import java.security.Security;
import java.util.TimeZone;
import java.util.concurrent.ForkJoinPool;
import java.util.logging.LogManager;
import javax.net.ssl.SSLContext;

/**
 * Sets in its main what the JDK reads when it is needed for the first time, and prints what counts.
 */
public final class LateSettings {

  /** One that is told from the JDK's. */
  public static final class OwnLogManager extends LogManager {}

  public static void main(String[] args) throws Exception {
    Security.setProperty("networkaddress.cache.ttl", "7");
    System.setProperty("javax.net.ssl.keyStore", "/nothing/there");
    System.setProperty("user.timezone", "Pacific/Kiritimati");
    System.setProperty("java.util.concurrent.ForkJoinPool.common.parallelism", "5");
    System.setProperty("java.util.logging.manager", OwnLogManager.class.getName());
    URL.setURLStreamHandlerFactory(protocol -> null);

    InetAddress.getByName("localhost");
    Class<?> policy = Class.forName("sun.net.InetAddressCachePolicy");
    System.out.println(
        "seconds that names are remembered: " + policy.getMethod("get").invoke(null));
    System.out.println("own key store: " + isKeyStoreRead());
    System.out.println("time zone: " + TimeZone.getDefault().getID());
    System.out.println("common threads: " + ForkJoinPool.getCommonPoolParallelism());
    System.out.println("logging: " + LogManager.getLogManager().getClass().getName());
  }

  private static boolean isKeyStoreRead() {
    try {
      SSLContext.getDefault();
      return false;
    } catch (NoSuchAlgorithmException e) {
      return true; // which is not there
    }
  }

  private LateSettings() {}
}
