package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class ReceiversTest {
  @Test
  void excludesNamespacesPodsAndContainers() {
    Predicate<String> excluded =
        Receivers.excluded(List.of("kube-system", "shop/web-*", "*/*/istio-proxy"));
    assertThat(List.of("kube-system/a/b", "shop/web-1/app", "x/y/istio-proxy")).allMatch(excluded);
    assertThat(List.of("kube-system2/a/b", "shop/db-0/app", "x/y/istio", "a/kube-system/b"))
        .noneMatch(excluded);
    assertThat(Receivers.excluded(List.of()).test("a/b/c")).isFalse();
  }
}
