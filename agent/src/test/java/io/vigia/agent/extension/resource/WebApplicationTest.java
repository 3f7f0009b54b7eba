package io.vigia.agent.extension.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebApplicationTest {

  private static final String JETTY = "org.eclipse.jetty.start.Main";

  @TempDir Path base;

  @BeforeEach
  void whatTomcatIsDeliveredWith() throws IOException {
    for (String delivered : new String[] {"docs", "examples", "manager", "host-manager"}) {
      directory(delivered, null);
    }
    directory("ROOT", "<web-app><display-name>Welcome to Tomcat</display-name></web-app>");
  }

  @Test
  void titleOfTheOneApplicationGoesBeforeItsFileName() throws IOException {
    war("shop-1.4.war", null);
    assertThat(name()).isEqualTo("shop");
    // Tomcat unpacks it beside
    directory("shop-1.4", null);
    assertThat(name()).isEqualTo("shop");
    war(
        "shop-1.4.war",
        "<web-app><!-- <display-name>old</display-name> --><description>d</description>"
            + "<display-name xml:lang='en'> Book Shop </display-name></web-app>");
    directory("shop-1.4", "<web-app><display-name>Book Shop</display-name></web-app>");
    assertThat(name()).isEqualTo("Book Shop");
  }

  @Test
  void titleOfAServletIsNotTheApplications() throws IOException {
    directory(
        "shop##002", "<web-app><servlet><display-name>Shelf</display-name></servlet></web-app>");
    assertThat(name()).isEqualTo("shop");
  }

  @Test
  void whatHasNoNameOfItsOwnIsATomcat() throws IOException {
    assertThat(name()).isEqualTo("tomcat");
    directory("ROOT", null);
    assertThat(name()).isEqualTo("tomcat");
    directory("ROOT", "<web-app><display-name>Shop</display-name></web-app>");
    assertThat(name()).isEqualTo("Shop");
    war("forum.war", null);
    assertThat(name()).as("two applications").isEqualTo("tomcat");
  }

  @Test
  void damagedWarIsNamedAfterItsFile() throws IOException {
    Files.writeString(base.resolve("webapps/shop.war"), "no zip");
    assertThat(name()).isEqualTo("shop");
  }

  @Test
  void applicationOfAJettyIsNamedTheSameWay() throws IOException {
    Path jetty = Files.createDirectories(base.resolve("jetty/webapps"));
    Map<String, String> property = Map.of("jetty.base", base.resolve("jetty").toString());
    Map<String, String> argument =
        Map.of("sun.java.command", "start.jar jetty.base=" + base.resolve("jetty") + " a=b");
    Map<String, String> directory = Map.of("user.dir", base.resolve("jetty").toString());
    assertThat(WebApplication.name(JETTY, property::get)).isEqualTo("jetty");
    Files.writeString(jetty.resolve("shop.xml"), "<Configure/>");
    Files.createDirectory(jetty.resolve("shop.d"));
    for (Map<String, String> properties : List.of(property, argument, directory)) {
      assertThat(WebApplication.name(JETTY, properties::get)).isEqualTo("shop");
    }
    Files.writeString(jetty.resolve("docs-1.4.war"), "no zip");
    assertThat(WebApplication.name("org.eclipse.jetty.xml.XmlConfiguration", property::get))
        .isEqualTo("docs");
    Files.writeString(jetty.resolve("root.war"), "no zip");
    assertThat(WebApplication.name(JETTY, property::get)).as("two").isEqualTo("jetty");
  }

  @Test
  void applicationOfAWildFlyIsNamedTheSameWay() throws IOException {
    Path deployments = Files.createDirectories(base.resolve("my servers/shop/deployments"));
    String server = " org.jboss.as.standalone -Djboss.home.dir=/opt/wildfly";
    String arguments =
        " -mp /opt/wildfly/modules"
            + server
            + " -Djboss.server.base.dir="
            + deployments.getParent()
            + " -c standalone-ha.xml";
    Files.writeString(deployments.resolve("README.txt"), "put your war here");
    assertThat(wildFly(arguments)).isEqualTo("wildfly");
    Files.writeString(deployments.resolve("shop-1.4.ear"), "no zip");
    Files.writeString(deployments.resolve("shop-1.4.ear.deployed"), "");
    assertThat(wildFly(arguments)).isEqualTo("shop");
    Files.createDirectory(deployments.resolve("forum.war"));
    assertThat(wildFly(arguments)).as("two applications").isEqualTo("wildfly");
    assertThat(wildFly(server)).as("its directory is not told").isEqualTo("wildfly");
    assertThat(wildFly(" -mp /opt/wildfly/modules org.jboss.as.cli")).as("a tool").isNull();
  }

  private static @Nullable String wildFly(String arguments) {
    return WebApplication.name(
        "org.jboss.modules.Main",
        Map.of("sun.java.command", "/opt/wildfly/jboss-modules.jar" + arguments)::get);
  }

  @Test
  void applicationOfALibertyIsNamedTheSameWay() throws IOException {
    Files.createDirectories(base.resolve("wlp/bin/tools"));
    Path usual = Files.createDirectories(base.resolve("wlp/usr/servers/defaultServer/dropins"));
    Path orders = Files.createDirectories(base.resolve("wlp/usr/servers/orders/apps"));
    Path elsewhere = Files.createDirectories(base.resolve("elsewhere/apps"));
    assertThat(liberty("")).isEqualTo("liberty");
    Files.writeString(usual.resolve("shop-1.4.war"), "no zip");
    assertThat(liberty("")).isEqualTo("shop");
    assertThat(liberty(" defaultServer --clean")).isEqualTo("shop");
    Files.createDirectories(usual.resolveSibling("apps/expanded"));
    Files.createDirectory(usual.resolveSibling("apps/forum.ear"));
    assertThat(liberty(" defaultServer")).as("two applications").isEqualTo("liberty");
    assertThat(liberty(" orders")).as("by its server").isEqualTo("orders");
    Files.writeString(orders.resolve("shelf.war"), "no zip");
    assertThat(liberty(" orders")).isEqualTo("shelf");
    Files.writeString(elsewhere.resolve("stock.war"), "no zip");
    assertThat(liberty(" other")).as("started in its directory").isEqualTo("stock");
  }

  private @Nullable String liberty(String arguments) {
    String jar = base.resolve("wlp/bin/tools/ws-server.jar").toString();
    return WebApplication.name(
        "com.ibm.ws.kernel.boot.cmdline.EnvCheck",
        Map.of(
                "sun.java.command",
                jar + arguments,
                "java.class.path",
                jar,
                "user.dir",
                "" + base.resolve("elsewhere"))
            ::get);
  }

  @Test
  void otherProgramsAreNone() {
    assertThat(WebApplication.name("com.acme.Main", Map.of("catalina.base", "" + base)::get))
        .isNull();
    assertThat(WebApplication.name(null, Map.<String, String>of()::get)).isNull();
  }

  private @Nullable String name() {
    return WebApplication.name(
        "org.apache.catalina.startup.Bootstrap", Map.of("catalina.base", "" + base)::get);
  }

  private void directory(String name, @Nullable String webXml) throws IOException {
    Path directory = Files.createDirectories(base.resolve("webapps").resolve(name));
    if (webXml != null) {
      Files.createDirectories(directory.resolve("WEB-INF"));
      Files.writeString(directory.resolve("WEB-INF/web.xml"), webXml);
    } else {
      Files.deleteIfExists(directory.resolve("WEB-INF/web.xml"));
    }
  }

  private void war(String name, @Nullable String webXml) throws IOException {
    Path file = base.resolve("webapps").resolve(name);
    try (ZipOutputStream war = new ZipOutputStream(Files.newOutputStream(file))) {
      war.putNextEntry(new ZipEntry("index.html"));
      if (webXml != null) {
        war.putNextEntry(new ZipEntry("WEB-INF/web.xml"));
        war.write(webXml.getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
