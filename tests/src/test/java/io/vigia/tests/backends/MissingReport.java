package io.vigia.tests.backends;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/** Says at the end of the run which servers were missing, and what was not tested because of it. */
public final class MissingReport implements TestExecutionListener {
  private static final Set<Backend> MISSING = EnumSet.noneOf(Backend.class);
  private static final List<String> SKIPPED = new ArrayList<>();

  static synchronized void skipped(String test, Collection<Backend> missing) {
    MISSING.addAll(missing);
    SKIPPED.add(test);
  }

  @Override
  public void testPlanExecutionFinished(TestPlan testPlan) {
    synchronized (MissingReport.class) {
      if (MISSING.isEmpty()) {
        return;
      }
      StringBuilder text =
          new StringBuilder("\n==== NOT TESTED, because servers are missing ====\n");
      MISSING.forEach(backend -> text.append("  ").append(backend.missing()).append('\n'));
      text.append("  skipped: ").append(String.join(", ", SKIPPED)).append('\n');
      text.append("  (VIGIA_REQUIRE_BACKENDS=1 makes this a failure)\n");
      System.err.println(text);
      MISSING.clear();
      SKIPPED.clear();
    }
  }
}
