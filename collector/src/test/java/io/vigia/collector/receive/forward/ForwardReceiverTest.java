package io.vigia.collector.receive.forward;

import static io.vigia.collector.receive.forward.ForwardClient.array;
import static io.vigia.collector.receive.forward.ForwardClient.bytes;
import static io.vigia.collector.receive.forward.ForwardClient.map;
import static io.vigia.collector.receive.forward.ForwardClient.str;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.util.concurrent.EventExecutor;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.net.EventLoops;
import io.vigia.collector.receive.FakeIntake;
import io.vigia.collector.receive.IntakeBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.komamitsu.fluency.EventTime;
import org.komamitsu.fluency.Fluency;
import org.komamitsu.fluency.fluentd.FluencyBuilderForFluentd;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

class ForwardReceiverTest {
  private static final Value TAG = str("app.log");

  private final FakeIntake intake = new FakeIntake();
  private ForwardReceiver receiver = receiver(null);

  private ForwardReceiver receiver(@org.jspecify.annotations.Nullable ForwardSecurity security) {
    return ForwardReceiver.builder()
        .listen(new InetSocketAddress("127.0.0.1", 0))
        .intake(intake)
        .metrics(intake.metrics)
        .security(security)
        .build();
  }

  @BeforeEach
  void start() throws IOException {
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  private List<LogRecord> logs() {
    List<LogRecord> logs = new ArrayList<>();
    for (FakeIntake.Taken taken : intake.taken) {
      try {
        ExportLogsServiceRequest request = ExportLogsServiceRequest.parseFrom(taken.payload());
        int before = logs.size();
        request
            .getResourceLogsList()
            .forEach(
                resource ->
                    resource
                        .getScopeLogsList()
                        .forEach(scope -> logs.addAll(scope.getLogRecordsList())));
        assertThat(taken.items()).isEqualTo(logs.size() - before);
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }
    return logs;
  }

  private List<String> bodies() {
    return logs().stream().map(log -> log.getBody().getStringValue()).toList();
  }

  private static Value entry(int seconds, String message) {
    return array(ValueFactory.newInteger(seconds), map("message", message));
  }

  private static Value option(String... pairs) {
    return map((Object[]) pairs);
  }

  @Test
  void everyModeArrivesAndIsAcknowledged() throws Exception {
    byte[] packed = ForwardClient.entries(List.of(entry(10, "a"), entry(11, "b")));
    byte[] more = ForwardClient.entries(List.of(entry(12, "c")));
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send(
          array(TAG, ValueFactory.newInteger(7), map("message", "single"), option("chunk", "1")));
      assertThat(client.ack()).isEqualTo("1");
      client.send(
          array(TAG, array(entry(8, "x"), entry(9, "y")), option("chunk", "2", "size", "2")));
      assertThat(client.ack()).isEqualTo("2");
      client.send(array(TAG, ValueFactory.newBinary(packed), option("chunk", "3")));
      assertThat(client.ack()).isEqualTo("3");
      client.send(
          array(TAG, ValueFactory.newString(packed), option("chunk", "4", "compressed", "text")));
      assertThat(client.ack()).isEqualTo("4");
      client.send(
          array(
              TAG,
              ValueFactory.newBinary(ForwardClient.gzip(packed, more)),
              option("chunk", "5", "compressed", "gzip")));
      assertThat(client.ack()).isEqualTo("5");
      client.send(
          array(
              TAG,
              ValueFactory.newBinary(Zstd.compress(packed)),
              option("chunk", "six\n", "compressed", "zstd")));
      assertThat(client.ack()).isEqualTo("six\n");
    }
    assertThat(bodies())
        .containsExactly("single", "x", "y", "a", "b", "a", "b", "a", "b", "c", "a", "b");
    assertThat(logs().get(1).getTimeUnixNano()).isEqualTo(8_000_000_000L);
    assertThat(logs().get(0).getObservedTimeUnixNano()).isGreaterThan(1_600_000_000_000_000_000L);
  }

  @Test
  void bytesMayComeInAnyPieces() throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 20; i++) {
      stream.write(bytes(array(TAG, array(entry(i, "m" + i)), option("chunk", "c" + i))));
      stream.write(0xc0); // heartbeat
    }
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      for (byte b : stream.toByteArray()) {
        client.send(new byte[] {b});
      }
      for (int i = 0; i < 20; i++) {
        assertThat(client.ack()).isEqualTo("c" + i);
      }
    }
    assertThat(bodies()).hasSize(20).startsWith("m0", "m1").endsWith("m19");
  }

  @Test
  void timesInAllTheirForms() throws Exception {
    Value record = map("message", "t");
    byte[] eventTime = HexFormat.of().parseHex("0000000a00000005");
    Value fixext = ValueFactory.newExtension((byte) 0, eventTime);
    ByteArrayOutputStream ext8 = new ByteArrayOutputStream();
    ext8.write(HexFormat.of().parseHex("92c70800"));
    ext8.write(eventTime);
    ext8.write(bytes(record));
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send(array(TAG, fixext, record));
      client.send(array(TAG, ValueFactory.newBinary(ext8.toByteArray())));
      client.send(array(TAG, ValueFactory.newFloat(1.5), record));
      client.send(
          array(
              TAG,
              array(
                  array(array(fixext, map("k", "v")), record),
                  array(array(fixext, map()), record))));
      client.send(array(TAG, array(array(ValueFactory.newInteger(-1), record))));
      client.send(array(TAG, ValueFactory.newInteger(3), record, option("chunk", "end")));
      assertThat(client.ack()).isEqualTo("end");
    }
    assertThat(logs())
        .extracting(LogRecord::getTimeUnixNano)
        .containsExactly(
            10_000_000_005L,
            10_000_000_005L,
            1_500_000_000L,
            10_000_000_005L,
            10_000_000_005L,
            3_000_000_000L);
    assertThat(logs().get(3).getAttributesList())
        .anyMatch(
            attribute ->
                attribute.getKey().equals("fluent.metadata")
                    && attribute.getValue().getKvlistValue().getValues(0).getKey().equals("k"));
    assertThat(logs().get(4).getAttributesList())
        .noneMatch(attribute -> attribute.getKey().equals("fluent.metadata"));
  }

  @Test
  void theAckWaitsForTheIntakeAndOverloadIsOfferedAgain() throws Exception {
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      intake.hold();
      client.send(array(TAG, array(entry(1, "held")), option("chunk", "h")));
      await().until(() -> intake.taken.size() == 1);
      client.socket.setSoTimeout(100);
      assertThat(client.socket.getInputStream().available()).isZero();
      client.socket.setSoTimeout(10_000);
      intake.release();
      assertThat(client.ack()).isEqualTo("h");

      intake.failWith(new IntakeException.Overloaded("quota", "full", 20));
      client.send(array(TAG, array(entry(1, "later")), option("chunk", "l")));
      await().until(() -> intake.refusals() > 2);
      intake.failWith(null);
      assertThat(client.ack()).isEqualTo("l");
    }
    assertThat(bodies()).containsExactly("held", "later");
  }

  @Test
  void aConnectionThatTheMemoryIsTooSmallForHoldsNothing() throws Exception {
    receiver.close();
    AtomicInteger asked = new AtomicInteger();
    IntakeBudget budget = new IntakeBudget(1 << 20);
    receiver =
        ForwardReceiver.builder()
            .listen(new InetSocketAddress("127.0.0.1", 0))
            .intake(
                batch -> {
                  if (asked.getAndIncrement() > 0) {
                    throw new OutOfMemoryError("while it is offered again");
                  }
                  return CompletableFuture.failedFuture(
                      new IntakeException.Overloaded("quota", "full", 10));
                })
            .budget(budget)
            .build();
    receiver.start();
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send(array(TAG, array(entry(1, "large")), option("chunk", "l")));
      assertThat(client.closed()).isTrue();
    }
    await().until(() -> budget.usedBytes() == 0);
    assertThat(asked).hasValue(2);
  }

  @Test
  void whatCameBeforeMalformedBytesIsKeptAndAcknowledged() throws Exception {
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      stream.write(bytes(array(TAG, array(entry(1, "good")), option("chunk", "g"))));
      stream.write(0xc1);
      client.send(stream.toByteArray());
      assertThat(client.ack()).isEqualTo("g");
      assertThat(client.closed()).isTrue();
    }
    assertThat(bodies()).containsExactly("good");
    assertThat(intake.counted("malformed:forward:msgpack")).isEqualTo(1);
  }

  @Test
  void aChunkThatBreaksOffIsStoredUpToThereAndNeverSentAgain() throws Exception {
    List<Value> entries = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) { // several parts
      entries.add(entry(10, "%0500d".formatted(i)));
    }
    byte[] packed = ForwardClient.entries(entries);
    byte[] cutOff = java.util.Arrays.copyOf(packed, packed.length - 1);
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send(array(TAG, ValueFactory.newBinary(cutOff), option("chunk", "1")));
      assertThat(client.ack()).isEqualTo("1");
      client.send(
          array(
              TAG,
              ValueFactory.newBinary(ForwardClient.gzip(cutOff)),
              option("chunk", "2", "compressed", "gzip")));
      assertThat(client.ack()).isEqualTo("2");
      client.send(array(TAG, array(entry(11, "after")), option("chunk", "3")));
      assertThat(client.ack()).isEqualTo("3");
    }
    List<String> whole = bodies().subList(0, 2_999);
    assertThat(whole.get(2_998)).endsWith("2998");
    assertThat(bodies()).hasSize(2 * 2_999 + 1).endsWith("after");
    assertThat(bodies().subList(2_999, 2 * 2_999)).isEqualTo(whole);
    assertThat(intake.counted("malformed:forward:truncated")).isEqualTo(2);
  }

  /** Larger ones would have the log make memory for each, and its readers, too. */
  @Test
  void aLargeChunkBecomesRecordsThatTheLogHasMemoryReadyFor() throws Exception {
    List<Value> entries = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      entries.add(entry(1, i + "x".repeat(300)));
    }
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send(
          array(
              TAG,
              ValueFactory.newBinary(ForwardClient.entries(entries)),
              option("chunk", "large")));
      assertThat(client.ack()).isEqualTo("large");
    }
    assertThat(logs()).hasSize(5_000);
    assertThat(intake.taken).allMatch(part -> part.payload().length < 512 << 10);
  }

  @Test
  void whatIsNoChunkAtAllIsNotStoredAndNotAcknowledged() throws Exception {
    byte[] packed = ForwardClient.entries(List.of(entry(10, "a")));
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send(
          array(
              TAG,
              ValueFactory.newBinary(java.util.Arrays.copyOf(packed, packed.length - 1)),
              option("chunk", "3")));
      assertThat(client.closed()).isTrue();
    }
    assertThat(intake.taken).isEmpty();
    assertThat(intake.counted("malformed:forward:truncated")).isEqualTo(1);
  }

  @Test
  void claimedGibibyteClosesTheConnectionAtOnce() throws Exception {
    for (String hex : List.of("92a161c640000000", "dd40000000", "92a161dd40000000", "df40000000")) {
      try (ForwardClient client = new ForwardClient(receiver.address())) {
        client.send(HexFormat.of().parseHex(hex));
        assertThat(client.closed()).isTrue();
      }
    }
    assertThat(intake.counted("malformed:forward:size")).isEqualTo(4);
  }

  @Test
  void bombsAreRefused() throws Exception {
    byte[] zeros = new byte[64 << 20];
    for (Value message :
        List.of(
            array(
                TAG,
                ValueFactory.newBinary(ForwardClient.gzip(zeros)),
                option("compressed", "gzip")),
            array(
                TAG, ValueFactory.newBinary(Zstd.compress(zeros)), option("compressed", "zstd")))) {
      try (ForwardClient client = new ForwardClient(receiver.address())) {
        client.send(message);
        assertThat(client.closed()).isTrue();
      }
    }
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send("\u0091".repeat(1000).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
      assertThat(client.closed()).isTrue();
    }
    assertThat(intake.counted("malformed:forward:ratio")).isEqualTo(2);
    assertThat(intake.counted("malformed:forward:depth")).isEqualTo(1);
  }

  @Test
  void entriesThatAreNoneCostThemselvesOnly() throws Exception {
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send(
          array(
              TAG,
              array(
                  entry(1, "one"),
                  str("no entry"),
                  array(ValueFactory.newInteger(1), str("no record")),
                  entry(2, "two")),
              option("chunk", "c")));
      assertThat(client.ack()).isEqualTo("c");
    }
    assertThat(bodies()).containsExactly("one", "two");
    assertThat(intake.counted("malformed:forward:entry")).isEqualTo(1);
    assertThat(intake.counted("malformed:forward:record")).isEqualTo(1);
  }

  @Test
  void fluencyIsAcknowledged() throws Exception {
    FluencyBuilderForFluentd builder = new FluencyBuilderForFluentd();
    builder.setAckResponseMode(true);
    builder.setBufferChunkInitialSize(4 << 10);
    builder.setBufferChunkRetentionSize(16 << 10);
    try (Fluency fluency = builder.build("127.0.0.1", receiver.address().getPort())) {
      for (int i = 0; i < 2000; i++) {
        fluency.emit(
            "vigia.logs",
            EventTime.fromEpoch(1_700_000_000, i),
            Map.of(
                "message", "line " + i,
                "level", "WARN",
                "logger", "com.example.A",
                "trace_id", "000102030405060708090a0b0c0d0e0f",
                "span_id", "0001020304050607",
                "trace_flags", "01",
                "attributes", Map.of("user", 7),
                "resource", Map.of("service.name", "shop")));
      }
      fluency.flush();
      await().until(() -> logs().size() == 2000);
      await().until(() -> fluency.getBufferedDataSize() == 0);
    }
    LogRecord log = logs().get(1999);
    assertThat(log.getBody().getStringValue()).isEqualTo("line 1999");
    assertThat(log.getSeverityNumberValue()).isEqualTo(13);
    assertThat(log.getSeverityText()).isEqualTo("WARN");
    assertThat(log.getFlags()).isEqualTo(1);
    assertThat(HexFormat.of().formatHex(log.getTraceId().toByteArray()))
        .isEqualTo("000102030405060708090a0b0c0d0e0f");
    ExportLogsServiceRequest request =
        ExportLogsServiceRequest.parseFrom(intake.taken.get(0).payload());
    assertThat(request.getResourceLogsCount()).isEqualTo(1);
    assertThat(
            request.getResourceLogs(0).getResource().getAttributes(0).getValue().getStringValue())
        .isEqualTo("shop");
    assertThat(request.getResourceLogs(0).getScopeLogs(0).getScope().getName())
        .isEqualTo("com.example.A");
  }

  @Test
  void stoppingAcknowledgesWhatWasTakenAndClosesIdleConnections() throws Exception {
    intake.hold();
    try (ForwardClient busy = new ForwardClient(receiver.address());
        ForwardClient idle = new ForwardClient(receiver.address())) {
      busy.send(array(TAG, array(entry(1, "taken")), option("chunk", "1")));
      await().until(() -> intake.taken.size() == 1);
      receiver.drain();
      assertThat(idle.closed()).isTrue();
      intake.release();
      assertThat(busy.ack()).isEqualTo("1");
      assertThat(busy.closed()).isTrue();
    }
    assertThat(bodies()).containsExactly("taken");
  }

  @Test
  void udpHeartbeatIsAnsweredWithAZero() throws Exception {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(5000);
      socket.send(new DatagramPacket(new byte[1], 1, receiver.address()));
      DatagramPacket answer = new DatagramPacket(new byte[16], 16);
      socket.receive(answer);
      assertThat(answer.getLength()).isEqualTo(1);
      assertThat(answer.getData()[0]).isZero();
    }
  }

  @Test
  void metricsInFluentBitsOwnEncodingAreCountedAndAcknowledged() throws Exception {
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      client.send(array(TAG, array(entry(1, "m")), map("chunk", "1", "fluent_signal", 1)));
      assertThat(client.ack()).isEqualTo("1");
    }
    assertThat(intake.counted("refused:forward:unsupported_signal")).isEqualTo(1);
    assertThat(intake.taken).isEmpty();
  }

  /** Another one is to have it then (a reload), also when the threads are busy with messages. */
  @Test
  void itsPortIsFreeOnceItDrains() throws Exception {
    long until = System.nanoTime() + 300_000_000L;
    EventLoops.shared().forEach(loop -> loop.execute(() -> goOn(loop, until)));
    receiver.drain();
    try (ServerSocket tcp = new ServerSocket();
        DatagramSocket udp = new DatagramSocket(receiver.address())) {
      tcp.bind(receiver.address());
      assertThat(tcp.isBound() && udp.isBound()).isTrue();
    }
  }

  /** One task after the other: a socket is closed only when its thread selects again. */
  private static void goOn(EventExecutor loop, long until) {
    if (System.nanoTime() - until < 0) {
      loop.execute(() -> goOn(loop, until));
    }
  }

  @Test
  void sharedKeyIsAskedFor(@TempDir Path folder) throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "secret\n");
    receiver.close();
    receiver = receiver(ForwardSecurity.load("test", key, null, "server"));
    receiver.start();
    assertThat(greet("secret", "", "")).isEqualTo("in");
    assertThat(greet("wrong", "", "")).isEqualTo("shared_key mismatch");
    assertThat(bodies()).containsExactly("in");
    assertThat(intake.counted("malformed:forward:unauthorized")).isEqualTo(1);
  }

  @Test
  void usersAndPasswordsAreAskedFor(@TempDir Path folder) throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "secret");
    Path users = Files.writeString(folder.resolve("users"), "ann:one\nbob:two:three\n");
    receiver.close();
    receiver = receiver(ForwardSecurity.load("test", key, users, "server"));
    receiver.start();
    assertThat(greet("secret", "bob", "two:three")).isEqualTo("in");
    assertThat(greet("secret", "bob", "one")).isEqualTo("username/password mismatch");
    assertThat(greet("secret", "eve", "")).isEqualTo("username/password mismatch");
    assertThat(bodies()).containsExactly("in");
  }

  /** Shakes hands and sends one event; returns the reason of a refusal, or "in". */
  private String greet(String key, String user, String password) throws Exception {
    try (ForwardClient client = new ForwardClient(receiver.address())) {
      Value hello = client.read();
      assertThat(hello.asArrayValue().get(0)).isEqualTo(str("HELO"));
      byte[] nonce =
          ForwardClient.get(hello.asArrayValue().get(1), "nonce").asRawValue().asByteArray();
      byte[] auth =
          ForwardClient.get(hello.asArrayValue().get(1), "auth").asRawValue().asByteArray();
      byte[] salt = {(byte) 0xff, 0, (byte) 0xc3, 7};
      client.send(
          array(
              str("PING"),
              str("client"),
              ValueFactory.newString(salt),
              str(hex(salt, utf8("client"), nonce, utf8(key))),
              str(user),
              str(hex(auth, utf8(user), utf8(password)))));
      Value pong = client.read();
      if (!pong.asArrayValue().get(1).asBooleanValue().getBoolean()) {
        assertThat(client.closed()).isTrue();
        return pong.asArrayValue().get(2).asStringValue().asString();
      }
      assertThat(pong.asArrayValue().get(4))
          .isEqualTo(str(hex(salt, utf8("server"), nonce, utf8(key))));
      client.send(array(TAG, array(entry(1, "in")), option("chunk", "c")));
      return client.ack().equals("c") ? "in" : "not acknowledged";
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hex(byte[]... parts) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-512");
    for (byte[] part : parts) {
      sha.update(part);
    }
    return HexFormat.of().formatHex(sha.digest());
  }
}
