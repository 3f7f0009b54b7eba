package io.vigia.collector.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.DestinationStatus.Circuit;
import io.vigia.collector.core.Signal;
import io.vigia.collector.store.LocalStore;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, on data like the demo's. */
class PageIT {
  private static final long SECOND = 1_000_000_000L;

  @TempDir static Path directory;
  @TempDir static Path emptyDirectory;
  private static final List<AutoCloseable> open = new ArrayList<>();
  private static String page = "";
  private static String emptyPage = "";
  private static String longTrace = "";

  @SuppressWarnings("NullAway.Init") // without it every test is skipped
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    String program = Browser.installed();
    if (program == null) {
      String missing = "Chromium is missing: the page was NOT tested (apt-get install chromium)";
      if ("1".equals(System.getenv("VIGIA_REQUIRE_BACKENDS"))) {
        fail(missing);
      }
      System.err.println("*** " + missing);
      assumeTrue(false, missing);
      return;
    }
    LocalStore store = store(directory);
    DemoData data = new DemoData(store, 3);
    long now = System.currentTimeMillis() * 1_000_000;
    for (long at = now - 120 * SECOND; at < now - 10 * SECOND; at += 10 * SECOND) {
      data.requests(at, at + 10 * SECOND, 6);
      data.metrics(at + 10 * SECOND);
    }
    longTrace = data.longTrace(now - 60 * SECOND, 10_000);
    page = web(store);
    emptyPage = web(store(emptyDirectory));
    browser = Browser.start(program);
    open.add(browser);
  }

  private static LocalStore store(Path in) throws Exception {
    LocalStore store = LocalStore.builder().directory(in).build();
    store.start();
    open.add(0, store);
    return store;
  }

  private static String web(LocalStore store) throws Exception {
    DestinationStatus line =
        new DestinationStatus(
            "local",
            Signal.TRACES,
            true,
            10,
            7,
            Map.of("mapping", 1L),
            2,
            0,
            0,
            0,
            0,
            Circuit.CLOSED,
            null);
    WebServer web =
        WebServer.builder()
            .listen(new InetSocketAddress("127.0.0.1", 0))
            .reader(store.reader())
            .status(() -> List.of(line))
            .info(
                new CollectorInfo(
                    "1", "java -javaagent:/x/vigia-agent.jar -jar a.jar", Map.of(), "/d"))
            .build();
    web.start();
    open.add(web);
    return "http://127.0.0.1:" + web.address().getPort() + "/";
  }

  @AfterAll
  static void stop() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  @AfterEach
  void nothingWentWrongInThePage() {
    assertThat(browser.errors).isEmpty();
  }

  private static void show(String hash) throws Exception {
    browser.open("about:blank");
    browser.open(page + hash);
  }

  @Test
  void theEmptyPageShowsTheExactAgentLine() throws Exception {
    browser.size(1280, 800, "dark");
    browser.open(emptyPage);
    browser.await("document.querySelector('.command code')?.textContent.includes('vigia-agent')");
    assertThat(browser.eval("document.querySelector('.command code').textContent").asText())
        .isEqualTo("java -javaagent:/x/vigia-agent.jar -jar a.jar");
    assertThat(browser.eval("document.querySelector('.command .copy').textContent").asText())
        .contains("Copy");
  }

  @Test
  void servicesLeadToTheHeatmapAndACellToExactlyItsTraces() throws Exception {
    browser.size(1280, 900, "dark");
    show("");
    browser.await("document.querySelectorAll('[data-service]').length === 2");
    browser.eval("document.querySelector('[data-service=guestbook]').click()");
    browser.await("document.querySelector('.heatmap canvas')?.dataset.cells > 0");
    // by keyboard: the canvas is reachable, arrows move between cells, Enter opens one
    browser.eval("document.querySelector('.heatmap canvas').focus()");
    browser.key("ArrowLeft");
    browser.await("document.querySelector('.heatmap .tip')");
    browser.key("ArrowLeft");
    browser.key("Enter");
    browser.await("location.hash.startsWith('#/traces')");
    browser.await("document.querySelector('[data-count]')");
    int promised =
        browser.eval("+new URLSearchParams(location.hash.split('?')[1]).get('cell')").asInt();
    assertThat(promised).isPositive();
    browser.await("document.querySelectorAll('[data-trace]').length === " + promised);
  }

  @Test
  void aTraceOfTenThousandSpansStaysUsable() throws Exception {
    browser.size(1280, 800, "light");
    show("#/trace/" + longTrace);
    browser.await("document.querySelectorAll('[data-span]').length > 10");
    assertThat(browser.eval("document.querySelectorAll('[data-span]').length").asInt())
        .as("only what is in sight is in the document")
        .isLessThan(120);
    String first = browser.eval("document.querySelector('[data-span]').dataset.span").asText();
    browser.eval("document.querySelector('.virtual').scrollTop = 9e6");
    browser.await("document.querySelector('[data-span]').dataset.span !== '" + first + "'");
    long millis =
        browser
            .eval(
                "(async () => { const v = document.querySelector('.virtual'); const t ="
                    + " performance.now(); for (let i = 0; i < 50; i++) { v.scrollTop = i * 5000;"
                    + " await new Promise(r => setTimeout(r, 0)); } return performance.now() - t;"
                    + " })()")
            .asLong();
    assertThat(millis).isLessThan(15_000);
  }

  @Test
  void logsAreShownInlineAndLeadBackToTheTrace() throws Exception {
    browser.size(1280, 800, "dark");
    show("#/traces?service=classifier");
    browser.await("document.querySelector('[data-trace]')");
    browser.eval("document.querySelector('[data-trace]').click()");
    browser.await("document.querySelector('.badge.logs')");
    assertThat(browser.eval("document.querySelector('.badge.logs').textContent").asText())
        .matches("\\d+ logs?");
    browser.eval("document.querySelector('.badge.logs').click()");
    browser.await("document.querySelector('.log-row')");
    browser.eval("document.querySelector('[data-logs]').click()");
    browser.await("document.querySelectorAll('.log-line').length > 0");
    browser.eval("document.querySelector('.log-trace').click()");
    browser.await("location.hash.startsWith('#/trace/') && document.querySelector('.details')");
  }

  @Test
  void facetsNarrowTheLogsAndTheAddressCanBeShared() throws Exception {
    browser.size(1280, 800, "light");
    show("#/logs");
    browser.await("document.querySelector('[data-facet=WARN] input, [data-facet=INFO] input')");
    browser.eval("document.querySelector('[data-facet=INFO] input').click()");
    browser.await("location.hash.includes('level=INFO')");
    String only =
        "document.querySelectorAll('.log-line').length > 0 &&"
            + " document.querySelectorAll('.log-line:not(.info)').length === 0";
    browser.await(only);
    show("#/logs?level=INFO");
    browser.await(only);
  }

  @Test
  void metricsMapAndCollectorAreDrawn() throws Exception {
    browser.size(1280, 800, "dark");
    show("#/metrics/jvm.memory.used?groupBy=service");
    browser.await("document.querySelector('[data-lines]')?.dataset.lines == 2");
    browser.await("document.querySelector('.uplot canvas')");
    show("#/map");
    browser.await("document.querySelector('[data-node=redis]')");
    show("#/collector");
    browser.await("document.querySelector('[data-signal=traces][data-balanced=true]')");
    assertThat(browser.eval("document.querySelector('.equation').textContent").asText())
        .contains("10", "7", "1", "2", "✓");
  }

  @Test
  void aGraphThatIsNotOfAllSeriesSaysSo(@TempDir Path many) throws Exception {
    LocalStore store = store(many);
    long now = System.currentTimeMillis() * 1_000_000;
    new DemoData(store, 4).manySeries("queue.length", 2_001, now - 60 * SECOND);
    browser.open("about:blank");
    browser.open(web(store) + "#/metrics/queue.length");
    browser.await("document.querySelector('.metric-main .warning')");
    assertThat(browser.eval("document.querySelector('.metric-main .warning').textContent").asText())
        .startsWith("only the first 2000 series were read");
  }

  @Test
  void everyViewFitsFromThePhoneToTheWall() throws Exception {
    for (int width : new int[] {360, 1280, 2560}) {
      for (String view :
          List.of(
              "services", "service/guestbook", "traces", "logs", "metrics", "map", "collector")) {
        browser.size(width, 900, width == 360 ? "light" : "dark");
        show("#/" + view);
        browser.await(
            "document.querySelector('main .content *') && !document.querySelector('.skeleton')");
        assertThat(
                browser
                    .eval(
                        "document.querySelector('main').scrollWidth -"
                            + " document.querySelector('main').clientWidth")
                    .asInt())
            .as("%s at %d px scrolls sideways", view, width)
            .isLessThanOrEqualTo(0);
      }
    }
  }

  @Test
  void theThemeIsToggledByKeyAndKept() throws Exception {
    browser.size(1280, 800, "dark");
    show("");
    browser.await("document.querySelector('[data-service]')");
    browser.key("d");
    browser.await("document.documentElement.dataset.theme === 'light'");
    show("");
    browser.await("document.documentElement.dataset.theme === 'light'");
    browser.eval("localStorage.removeItem('vigia.theme')");
  }
}
