package io.vigia.tests.screenshot;

import io.vigia.tests.backends.Backend;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A headless Chromium with a profile of its own, once for each question. */
public final class Chromium {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Path program;
  private final int width;
  private final int height;

  /** A window of that many CSS pixels. */
  public Chromium(int width, int height) {
    this.program =
        Backend.CHROMIUM
            .find()
            .orElseThrow(() -> new IllegalStateException(Backend.CHROMIUM.missing()));
    this.width = width;
    this.height = height;
  }

  /**
   * The document after {@code seconds} of the page's life, as HTML, with what the page wrote to the
   * console before it.
   */
  public String document(String url, int seconds) {
    return run(url, seconds, "--dump-dom", "--enable-logging=stderr", "--v=0");
  }

  /** A picture after {@code seconds} of the page's life. */
  public void screenshot(String url, int seconds, Path png) {
    run(url, seconds, "--screenshot=" + png.toAbsolutePath(), "--hide-scrollbars");
  }

  private String run(String url, int seconds, String... what) {
    Path profile = Folders.temporary("chromium");
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    // no sandbox: it cannot be set up by root or in many containers, and the page is our own
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-extensions",
            "--user-data-dir=" + profile,
            "--window-size=" + width + "," + height,
            "--virtual-time-budget=" + seconds * 1000));
    command.addAll(List.of(what));
    command.add(url);
    try (ChildProcess child = ChildProcess.command(command).name("chromium").start()) {
      int code = child.awaitExit(LIMIT);
      if (code != 0) {
        throw new IllegalStateException("chromium exited with " + code + "\n" + child.tail());
      }
      return child.output();
    } finally {
      Folders.delete(profile);
    }
  }
}
