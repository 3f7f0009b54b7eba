package io.vigia.agent.programs;

import java.security.CodeSource;
import java.security.Permission;
import java.security.Policy;
import java.security.ProtectionDomain;

/**
 * Installs a Security Manager in its main, as OpenSearch 2, Elasticsearch 7 and Derby do, by whose
 * policy the application may do everything, and nobody else more than the JVM's policy says; then
 * does as {@link JulLogs}.
 */
@SuppressWarnings("removal")
public final class Guarded {

  private static final class OwnCodeOnly extends Policy {
    private final Policy ofTheJvm = Policy.getPolicy();
    private final CodeSource own = Guarded.class.getProtectionDomain().getCodeSource();

    @Override
    public boolean implies(ProtectionDomain domain, Permission permission) {
      return own.equals(domain.getCodeSource()) || ofTheJvm.implies(domain, permission);
    }
  }

  public static void main(String[] args) throws Exception {
    Policy.setPolicy(new OwnCodeOnly());
    System.setSecurityManager(new SecurityManager());
    JulLogs.main(args);
  }

  private Guarded() {}
}
