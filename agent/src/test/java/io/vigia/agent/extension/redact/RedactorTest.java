package io.vigia.agent.extension.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {

  private final Redactor redactor = new Redactor(false);

  /** What looks for the places of secrets knows each name of one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "passwd",
        "password",
        "passphrase",
        "pwd",
        "secret",
        "secret_key",
        "secret-access-key",
        "api_key",
        "access-key",
        "accountKey",
        "private_key",
        "access_token",
        "refresh-token",
        "id_token",
        "authToken",
        "session_token",
        "csrf-token",
        "xsrf_token",
        "bearer_token",
        "token",
        "jsessionid",
        "x-vault-token",
        "private-token",
        "x-amz-signature",
        "x-amz-credential",
        "signature",
        "sig",
      })
  void everyNameIsKnownInAnyCaseAndAnywhere(String name) {
    for (String each : List.of(name, name.toUpperCase(Locale.ROOT))) {
      assertThat(redactor.text(each + "=hunter2")).isEqualTo(each + "=[redacted]");
      assertThat(redactor.text("ä?a=1&" + each + "=hunter2"))
          .isEqualTo("ä?a=1&" + each + "=[redacted]");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "https://h/p?a=1&password=hunter2&b=2 | https://h/p?a=1&password=[redacted]&b=2",
        "access_token=abc.def; x | access_token=[redacted]; x",
        "?token=abc | ?token=[redacted]",
        "login failed, password: hunter2 | login failed, password: [redacted]",
        "{\"password\":\"hunter2\",\"user\":\"a\"} | {\"password\":\"[redacted]\",\"user\":\"a\"}",
        "Authorization: Bearer eyJhbGciOi.J9.x-_~ | Authorization: Bearer [redacted]",
        "authorization=Basic dXNlcjpwYXNz | authorization=Basic [redacted]",
        "Cookie: JSESSIONID=1; theme=dark | Cookie: [redacted]",
        "jdbc:postgresql://bob:secret1@db/x | jdbc:postgresql://bob:[redacted]@db/x",
        "apiKey=12345678 and api_key: 9 | apiKey=[redacted] and api_key: [redacted]",
        "client_secret=x password=y | client_secret=[redacted] password=[redacted]",
        // values in quotes, with whatever is in them
        "{\"password\":\"correct horse, battery\",\"a\":1} | {\"password\":\"[redacted]\",\"a\":1}",
        "{\"password\":\"a\\\"b c\",\"a\":1} | {\"password\":\"[redacted]\",\"a\":1}",
        "\"{\\\"password\\\":\\\"a b\\\",\\\"x\\\":1}\" | \"{\\\"password\\\":\\\"[redacted]\\\",\\\"x\\\":1}\"",
        "\\\"pwd\\\":\\\"a\\\\\\\"b c\\\", | \\\"pwd\\\":\\\"[redacted]\\\",",
        "SET password = 'it''s mine' WHERE id = 1 | SET password = '[redacted]' WHERE id = 1",
        "{password='a b', user='c'} | {password='[redacted]', user='c'}",
        "{'token': 'a b'} | {'token': '[redacted]'}",
        "{\"password\":\"cut of | {\"password\":\"[redacted]",
        "{\"password\":\"\",\"a\":\"b\"} | {\"password\":\"\",\"a\":\"b\"}",
        "<Password>a b</Password><user>c</user> | <Password>[redacted]</Password><user>c</user>",
        "<w:Password Type=\"a#b\" x='y'>a b</w:Password> | <w:Password Type=\"a#b\" x='y'>[redacted]</w:Password>",
        "<password><![CDATA[a <b]]></password> | <password><![CDATA[[redacted]]]></password>",
        "<property name=\"password\" value=\"a b\"/> | <property name=\"password\" value=\"[redacted]\"/>",
        "{\"name\": \"DB_PASSWORD\", \"value\": \"a b\"} | {\"name\": \"DB_PASSWORD\", \"value\": \"[redacted]\"}",
        // percent-encoded, and in brackets
        "?next=%252Fin%253Ftoken%253Dx%2526a%253D1 | ?next=%252Fin%253Ftoken%253D[redacted]%2526a%253D1",
        "password[]=x&a=1 | password[]=[redacted]&a=1",
        "user%5Bpassword%5D=x&user%5Bname%5D=y | user%5Bpassword%5D=[redacted]&user%5Bname%5D=y",
        "user[password]=x&a=1 | user[password]=[redacted]&a=1",
        "?next=%2Fin%3Faccess_token%3Dx%26a%3D1 | ?next=%2Fin%3Faccess_token%3D[redacted]%26a%3D1",
        "PASSWORD=x | PASSWORD=[redacted]",
        "AWS_SECRET_ACCESS_KEY=x, secret-key: y | AWS_SECRET_ACCESS_KEY=[redacted], secret-key: [redacted]",
        "AccountName=a;AccountKey=b== | AccountName=a;AccountKey=[redacted]",
        // of URLs
        "redis://:hunter2@cache:6379/0 | redis://:[redacted]@cache:6379/0",
        "amqp://bob:p@ss@mq/x | amqp://bob:[redacted]@mq/x",
        // credentials
        "BEARER abcdefgh12 | BEARER [redacted]",
        "Authorization: Digest username=\"a\", response=\"b\" | Authorization: Digest [redacted]",
        "curl -H \"Cookie: a=b; c=d\" http://h | curl -H \"Cookie: [redacted]\" http://h",
        "{\"Authorization\":\"Token abc\",\"a\":1} | {\"Authorization\":\"Token [redacted]\",\"a\":1}",
        "Authorization: 0123456789abcdef x | Authorization: [redacted] x",
        "{authorization=[Token abc], host=[h]} | {authorization=[Token [redacted]], host=[h]}",
        "Authorization: Bearer mytesttoken | Authorization: Bearer [redacted]",
        "bad token eyJhbGciOiJI.eyJzdWIiOiIx.c2ln: x | bad token [redacted]: x",
        // lists and objects, as headers and validation errors are logged
        "{\"cookie\":[\"a=b\",\"c=d\"],\"x\":1} | {\"cookie\":[redacted],\"x\":1}",
        "{cookie=[a=b; c=d], host=[h]} | {cookie=[redacted], host=[h]}",
        "{\"x-api-key\":[\"k\"],\"x\":1} | {\"x-api-key\":[redacted],\"x\":1}",
        "{\"password\": {\"new\":\"a]}\"}, \"x\":1} | {\"password\": [redacted], \"x\":1}",
        "{\\\"password\\\":[\\\"a\\\"]} | {\\\"password\\\":[redacted]}",
        "password=[cut of | password=[redacted]",
        // names that say a little more
        "password_confirmation=a&password2=b | password_confirmation=[redacted]&password2=[redacted]",
        "passwordHash: abc, x | passwordHash: [redacted], x",
        "/logout?id_token_hint=a&b=c | /logout?id_token_hint=[redacted]&b=c",
        // JSON in a URL
        "?q=%7B%22password%22%3A%22a%5C%22b%22%2C%22x%22%3A1%7D | ?q=%7B%22password%22%3A%22[redacted]%22%2C%22x%22%3A1%7D",
        "?q=%7B%22token%22%3a12%7D&b=c | ?q=%7B%22token%22%3a[redacted]%7D&b=c",
        "jdbc:oracle:thin:scott/tiger@//db:1521/x | jdbc:oracle:thin:scott/[redacted]@//db:1521/x",
        // headers of other names, parameters of programs
        "X-Vault-Token: hvs.abc def | X-Vault-Token: [redacted] def",
        "> PRIVATE-TOKEN: glpat-1 | > PRIVATE-TOKEN: [redacted]",
        "mysqldump --password hunter2 shop | mysqldump --password [redacted] shop",
        "run [mysql, --password, hunter2, shop] | run [mysql, --password, [redacted], shop]",
        "[\"mysql\",\"--password\",\"a b\",\"shop\"] | [\"mysql\",\"--password\",\"[redacted]\",\"shop\"]",
        "gh --token 'a b' --quiet | gh --token '[redacted]' --quiet",
        "/in?user=a&pass=b | /in?user=a&pass=[redacted]",
        "ALTER USER bob PASSWORD 'it''s' VALID | ALTER USER bob PASSWORD '[redacted]' VALID",
        "login with password \"a b\" failed | login with password \"[redacted]\" failed",
        "CREATE USER 'bob'@'%' IDENTIFIED BY 'it''s' | CREATE USER 'bob'@'%' IDENTIFIED BY '[redacted]'",
        "alter user bob identified with x by 'a b'; | alter user bob identified with x by '[redacted]';",
        "run: curl -s -u bob:hunter2 http://h | run: curl -s -u bob:[redacted] http://h",
        "curl --user=\"bob:hunter2\" http://h | curl --user=\"bob:[redacted]\" http://h",
        "issued token: 4f2a9c0e17b84d55 to bob | issued token: [redacted] to bob",
        // what only begins like a directory, or is no shell's
        "pwd=/aB3+x9==, x | pwd=[redacted], x",
        "pwd=/appSecret9 | pwd=[redacted]",
        "/in?pwd=/home/x&a=1 | /in?pwd=[redacted]&a=1",
        "Server=a;Pwd=/tmp/x;Uid=b | Server=a;Pwd=[redacted];Uid=b",
        "db_pwd=/home/x password=/home/x | db_pwd=[redacted] password=[redacted]",
      })
  void secretsInTextAreReplaced(String text, String clean) {
    assertThat(redactor.text(text)).isEqualTo(clean);
    assertThat(redactor.text(clean)).as("twice is once").isEqualTo(clean);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "order 7 taken: 3 items",
        "tokens: 512, max_tokens=100",
        "the password was wrong",
        "http://host:8080/path@v2",
        "basic setup done: ok",
        "paid with 4111 1111 1111 1111",
        "authorization: denied for bob",
        "List<Secret> found: 3",
        "nextPageTokens=3",
        "Basic authentication failed for bob",
        "BASIC AUTHENTICATION is off, bearer credentials: none",
        "Basic monitoring/alerting.",
        "password_policy=strict",
        "Cookie=none",
        "started in pwd=/home/app/releases/3.1, umask=022",
        "PWD=/usr/src/app, OLDPWD=/",
        "declare -x PWD=\"/opt/app-1.2\"",
        "{\"pwd\":\"/workspace\",\"cmd\":\"ls\"}",
        "pwd: ~/work",
        "pwd=C:\\Users\\bob",
        "see --password or --token",
        "see --password, --token",
        "the password for a->b, of type=\"x\" > 1",
        "<label for=\"password\">Password</label>",
        "first_pass=3, pass=2",
        "Unexpected token: }, expected token: 'end-of-file-reached'",
        "the user with an order identified by 'A-7'",
        "curl -u bob http://h:8080/x",
      })
  void restIsLeftAlone(String text) {
    assertThat(redactor.text(text)).isSameAs(text);
  }

  @Test
  void cardNumbersAreReplacedWhenAskedAndOnlyIfTheyCanBeOnes() {
    Redactor cards = new Redactor(true);
    assertThat(cards.text("paid with 4111 1111 1111 1111.")).isEqualTo("paid with [redacted].");
    assertThat(cards.text("order 4111111111111112, epoch 1700000000000000000"))
        .isEqualTo("order 4111111111111112, epoch 1700000000000000000");
  }

  @ParameterizedTest
  @CsvSource({
    "4111 1111 1111 1111 12/27, [redacted] 12/27",
    "4111111111111111 737, [redacted] 737",
    "pay 12 4111-1111-1111-1111 00 now, pay 12 [redacted] 00 now",
    "card=4111+1111+1111+1111&a=1, card=[redacted]&a=1",
    "3782 822463 10005 01/30, [redacted] 01/30",
    "4111111111111111 5555555555554444 1, [redacted] [redacted] 1",
  })
  void cardNumbersAreFoundAmongOtherNumbers(String text, String clean) {
    assertThat(new Redactor(true).text(text)).isEqualTo(clean);
  }

  @Test
  void cardNumberMayBeANumber() {
    Attributes attributes =
        Attributes.builder().put("card", 4111111111111111L).put("order", 4111111111111112L).build();
    assertThat(new Redactor(true).attributes(attributes))
        .isEqualTo(
            Attributes.builder().put("card", "[redacted]").put("order", 4111111111111112L).build());
    assertThat(redactor.attributes(attributes)).isSameAs(attributes);
  }

  @Test
  void attributesWithSecretNamesLoseTheirValues() {
    Attributes attributes =
        Attributes.builder()
            .put("http.request.header.authorization", "Bearer x", "y")
            .put("db.password", "p")
            .put("url.query", "q=1&api_key=k")
            .put("gen_ai.usage.tokens", 5)
            .put("customer", "c-42")
            .put("dbPassword", "p")
            .put("userAuthToken", 12345)
            .put(AttributeKey.valueKey("order"), Value.of(Map.of("password", Value.of("p"))))
            .build();
    Attributes clean = redactor.attributes(attributes);
    assertThat(clean.get(AttributeKey.stringArrayKey("http.request.header.authorization")))
        .isEqualTo(List.of("[redacted]", "[redacted]"));
    assertThat(clean.get(AttributeKey.stringKey("db.password"))).isEqualTo("[redacted]");
    assertThat(clean.get(AttributeKey.stringKey("url.query"))).isEqualTo("q=1&api_key=[redacted]");
    assertThat(clean.get(AttributeKey.stringKey("customer"))).isEqualTo("c-42");
    assertThat(clean.get(AttributeKey.stringKey("dbPassword"))).isEqualTo("[redacted]");
    assertThat(clean.get(AttributeKey.stringKey("userAuthToken"))).isEqualTo("[redacted]");
    assertThat(clean.get(AttributeKey.stringKey("order")))
        .isEqualTo("{\"password\":\"[redacted]\"}");
    assertThat(clean.size()).isEqualTo(attributes.size());
    assertThat(redactor.attributes(Attributes.empty())).isSameAs(Attributes.empty());
  }

  /** Whose time grew with the square of the length took minutes. */
  @Test
  @Timeout(60)
  void secretAtTheEndOfAnyLongTextIsReplacedWithoutAStall() {
    for (String text :
        List.of(
            "x:",
            "pwd=x&",
            "pwd=\"",
            "pwd='",
            "secret ",
            "://a:",
            "cookie:",
            "\\\"pwd\\\":",
            "cookie: [redacted] ",
            "pwd= [redacted]",
            "pwd='[redacted]",
            "bearer ",
            "token\"   ",
            "pwd=[\n",
            "cookie:{",
            "authorization: 1",
            "basic aaaaaaaa ",
            "%22pwd%22%3A%22",
            "eyJaaaaaaaa.",
            "pwd=-----BEGIN \n",
            "pwd a=\"\" b='' ",
            "a=\"\"  ",
            "pwd\"  ,  ",
            "--pwd,",
            "pwd%25252525",
            "curl -u ",
            "create user identified by ",
            "token: aaaaaaaaaaaaaaaa",
            "key-",
            "-----BEGIN PRIVATE KEY-----")) {
      String clean = redactor.text(text.repeat(50_000) + "\n\"', password=hunter2");
      assertThat(clean).doesNotContain("hunter2");
    }
  }

  @Test
  @Timeout(60)
  void cardNumberAtTheEndOfALongTextIsFoundWithoutAStall() {
    for (String text : List.of("1", "1 ", "12-", "4111 ", "4111 1111 1111 1112 ")) {
      for (String between : List.of("1- ", ", ")) {
        String clean =
            new Redactor(true).text(text.repeat(200_000) + between + "4111 1111 1111 1111");
        assertThat(clean).endsWith(between + "[redacted]");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "private_key=", "read "})
  void privateKeyIsReplacedToItsEnd(String before) {
    String key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----";
    assertThat(redactor.text(before + key + "\nthen\n"))
        .startsWith(before)
        .endsWith("[redacted]\nthen\n")
        .doesNotContain("MIIE")
        .doesNotContain("abc=");
    assertThat(redactor.text(before + key.substring(0, 40))).doesNotContain("MIIE");
    String ofPgp = key.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK");
    assertThat(redactor.text(before + ofPgp)).endsWith("[redacted]").doesNotContain("MIIE");
    String certificate = key.replace("RSA PRIVATE KEY", "CERTIFICATE");
    assertThat(redactor.text(certificate)).isSameAs(certificate);
  }

  @Test
  void listMayHaveAnEmptyPlace() {
    AttributeKey<List<String>> key = AttributeKey.stringArrayKey("list");
    List<String> list = java.util.Arrays.asList("a", null, "password=hunter2");
    assertThat(redactor.attributes(Attributes.of(key, list)).get(key))
        .containsExactly("a", null, "password=[redacted]");
  }
}
