package io.vigia.collector.export.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.ExporterContractTest;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.otlp.OtlpJson;
import io.vigia.collector.otlp.ProtoWriter;
import io.vigia.collector.otlp.RandomOtlp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileExporterTest extends ExporterContractTest {
  @TempDir private Path folder;

  private FileExporter exporter(Path path, long maxBytes, int maxFiles) {
    return new FileExporter(path, maxBytes, maxFiles, EnumSet.allOf(Signal.class));
  }

  private Path path() {
    return folder.resolve("made/out.jsonl");
  }

  @Override
  protected Exporter newExporter() {
    return exporter(path(), 1 << 20, 3);
  }

  @Override
  protected Signal signal() {
    return Signal.LOGS;
  }

  @Test
  void eachLineIsOneRequestOfOneSignal() throws Exception {
    Exporter exporter = started();
    for (Signal signal : Signal.values()) {
      get(exporter.export(TestBatches.simple(signal, 3, 2)));
    }
    List<String> lines = Files.readAllLines(path());
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("{\"resourceSpans\":[{");
    assertThat(lines.get(1)).startsWith("{\"resourceMetrics\":[{");
    assertThat(lines.get(2)).startsWith("{\"resourceLogs\":[{").contains("line 2");
  }

  @Test
  void onlySoManyFilesAreKept() throws Exception {
    Exporter exporter = started(exporter(path(), 2_000, 3));
    for (int i = 0; i < 12; i++) {
      assertThat(get(exporter.export(TestBatches.simple(Signal.LOGS, 3, i + 1))))
          .isEqualTo(ExportResult.delivered());
    }
    try (Stream<Path> files = Files.list(path().getParent())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("out.jsonl", "out.jsonl.1", "out.jsonl.2");
    }
    assertThat(Files.readString(path())).contains("line 11"); // of the last batch
    for (Path file : List.of(path(), Path.of(path() + ".1"), Path.of(path() + ".2"))) {
      assertThat(Files.readString(file)).startsWith("{").endsWith("}\n");
    }
  }

  @Test
  void filesBeyondANumberThatWasLoweredAreRemoved() throws Exception {
    for (int maxFiles : new int[] {6, 3}) {
      try (Exporter exporter = exporter(path(), 2_000, maxFiles)) {
        exporter.start();
        for (int i = 0; i < 12; i++) {
          get(exporter.export(TestBatches.simple(Signal.LOGS, 3, i + 1)));
        }
      }
    }
    assertThat(folder.resolve("made").toFile().list())
        .containsExactlyInAnyOrder("out.jsonl", "out.jsonl.1", "out.jsonl.2");
  }

  @Test
  void halfALineOfACrashIsCutOff() throws Exception {
    Files.createDirectories(path().getParent());
    Files.writeString(path(), "{\"resourceLogs\":[]}\n{\"resourceLo" + "g".repeat(20_000));
    get(started().export(batch()));
    List<String> lines = Files.readAllLines(path());
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).isEqualTo("{\"resourceLogs\":[]}");
    assertThat(lines.get(1)).endsWith("}");
  }

  @Test
  void aFileTakenAwayByALogRotatorIsMadeAnew() throws Exception {
    Exporter exporter = started();
    get(exporter.export(batch()));
    Files.move(path(), folder.resolve("taken"));
    get(exporter.export(batch()));
    assertThat(Files.readAllLines(folder.resolve("taken"))).hasSize(1);
    assertThat(Files.readAllLines(path())).hasSize(1);
  }

  @Test
  void aFileThatALogRotatorReplacedIsNotWrittenToAnyMore() throws Exception {
    Exporter exporter = started();
    get(exporter.export(batch()));
    Files.move(path(), folder.resolve("taken"));
    Files.createFile(path());
    get(exporter.export(batch()));
    assertThat(Files.readAllLines(folder.resolve("taken"))).hasSize(1);
    assertThat(Files.readAllLines(path())).hasSize(1);
  }

  @Test
  void aFileThatALogRotatorEmptiedBeginsWithTheNextLine() throws Exception {
    Exporter exporter = started();
    get(exporter.export(batch()));
    Files.copy(path(), folder.resolve("copy"));
    Files.write(path(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    get(exporter.export(batch()));
    assertThat(Files.readString(path())).isEqualTo(Files.readString(folder.resolve("copy")));
  }

  /** As when what another instance left is delivered to the same file. */
  @Test
  void whatTwoWriteToOneFileIsAllThere() throws Exception {
    Path shared = folder.resolve("shared.jsonl");
    RotatedFile one = new RotatedFile(shared, 200, 1_000);
    RotatedFile other = new RotatedFile(shared, 200, 1_000);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String line = "{\"line\":" + i + "}";
      expected.add(line);
      // the second one has two in a row each time, and so does the first
      (i / 2 % 2 == 0 ? one : other).append((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    one.close();
    other.close();
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        assertThat(Files.size(file)).isLessThanOrEqualTo(200);
        lines.addAll(Files.readAllLines(file));
      }
    }
    assertThat(lines).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void whatTwoWriteToOneFileAtTheSameTimeIsAllThere() throws Exception {
    Path shared = folder.resolve("shared.jsonl");
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 3; w++) {
      String writer = "w" + w;
      RotatedFile file = new RotatedFile(shared, 2_000, 1_000);
      writers.add(
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 200; i++) {
                    file.append((writer + "-" + i + "\n").getBytes(StandardCharsets.UTF_8));
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                } finally {
                  file.close();
                }
              }));
    }
    writers.forEach(Thread::start);
    for (Thread writer : writers) {
      writer.join();
    }
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    assertThat(lines).hasSize(600).doesNotHaveDuplicates();
  }

  @Test
  void aFullDiskIsRetriedAndNamed() throws Exception {
    Path full = Path.of("/dev/full");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
    RotatedFile file = new RotatedFile(full, 1 << 20, 1);
    assertThatThrownBy(() -> file.append("{}\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left");
  }

  @Test
  void whatCannotBeWrittenIsRetriedUntilItCan() throws Exception {
    Exporter exporter = started();
    Files.createDirectory(path()); // where the file should be
    ExportResult result = get(exporter.export(batch()));
    assertAllRetried(result);
    assertThat(result.retryReason()).contains(path().toString());
    assertThat(exporter.check().ok()).isFalse();
    Files.delete(path());
    assertThat(get(again())).isEqualTo(ExportResult.delivered());
    assertThat(Files.readAllLines(path())).hasSize(1);
  }

  @Test
  void aPlaceThatCannotBeIsNamedAtTheStart() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    Exporter exporter = exporter(file.resolve("out.jsonl"), 1 << 20, 1);
    assertThatThrownBy(exporter::start)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
    assertThat(exporter.check().ok()).isFalse();
  }

  @Test
  void appendsGoOnWhereTheyWere() throws Exception {
    get(started().export(batch()));
    long size = Files.size(path());
    try (Exporter next = newExporter()) {
      get(next.export(batch()));
    }
    assertThat(Files.size(path())).isEqualTo(2 * size);
    Files.writeString(path(), "x", StandardOpenOption.APPEND);
    try (Exporter next = newExporter()) {
      get(next.export(batch()));
    }
    assertThat(Files.size(path())).isEqualTo(3 * size);
  }

  @Property(tries = 50)
  void linesHoldWhatWasSent(@ForAll long seed) throws Exception {
    for (Signal signal : Signal.values()) {
      Message message = new RandomOtlp(seed).request(signal);
      byte[] json = new JsonLines().write(TestBatches.batch(signal, Map.of(), message));
      ProtoWriter read = new ProtoWriter();
      if (json.length > 0) {
        OtlpJson.toProtobuf(signal, json, 0, json.length - 1, read);
      }
      assertThat(RandomOtlp.empty(signal).getParserForType().parseFrom(read.toByteArray()))
          .isEqualTo(message);
    }
  }
}
