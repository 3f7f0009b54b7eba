package io.vigia.tests.backends;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Carries out {@link Needs}. */
final class NeedsCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<Needs> needs = AnnotationSupport.findAnnotation(context.getElement(), Needs.class);
    List<Backend> missing =
        needs.stream()
            .flatMap(annotation -> Stream.of(annotation.value()))
            .filter(backend -> backend.find().isEmpty())
            .toList();
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("all servers are here");
    }
    String lines = String.join("; ", missing.stream().map(Backend::missing).toList());
    if (BackendFolder.required()) {
      throw new IllegalStateException("VIGIA_REQUIRE_BACKENDS=1, but " + lines);
    }
    MissingReport.skipped(context.getDisplayName(), missing);
    return ConditionEvaluationResult.disabled(lines);
  }
}
