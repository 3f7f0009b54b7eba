package io.vigia.agent.it;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Says at the end of a run which tests were left out, and why: a green run is not all of them. */
public final class LeftOutReport implements TestExecutionListener {

  private final List<String> leftOut = new CopyOnWriteArrayList<>();

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    leftOut.add(line(test, reason));
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      leftOut.add(
          line(
              test,
              result.getThrowable().map(Throwable::getMessage).orElse("an assumption failed")));
    }
  }

  private static String line(TestIdentifier test, String reason) {
    String id = test.getUniqueId();
    String testClass = id.replaceAll(".*\\[class:[^\\]]*\\.(\\w+)\\].*", "$1");
    return "  " + testClass + ": " + test.getDisplayName() + ": " + reason;
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (!leftOut.isEmpty()) {
      System.err.println("\n==== NOT TESTED ====\n" + String.join("\n", leftOut) + "\n");
      leftOut.clear();
    }
  }
}
