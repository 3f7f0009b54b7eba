package io.vigia.collector;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.netty.handler.codec.http.EmptyHttpHeaders;

/** Holds the package directions of ARCHITECTURE.md. */
@AnalyzeClasses(
    packages = "io.vigia.collector",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.vigia.collector";

  @ArchTest
  static final ArchRule importsPointOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("assembly")
          .definedBy(ROOT)
          .layer("config")
          .definedBy(ROOT + ".config..")
          .layer("core")
          .definedBy(ROOT + ".core..")
          .layer("net")
          .definedBy(ROOT + ".net..")
          .layer("otlp")
          .definedBy(ROOT + ".otlp..")
          .layer("receive")
          .definedBy(ROOT + ".receive..")
          .layer("disklog")
          .definedBy(ROOT + ".disklog..")
          .layer("pipeline")
          .definedBy(ROOT + ".pipeline..")
          .layer("export")
          .definedBy(ROOT + ".export..")
          .layer("store")
          .definedBy(ROOT + ".store..")
          .layer("web")
          .definedBy(ROOT + ".web..")
          .whereLayer("assembly")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("config")
          .mayOnlyBeAccessedByLayers("assembly")
          .whereLayer("receive")
          .mayOnlyBeAccessedByLayers("assembly")
          .whereLayer("pipeline")
          .mayOnlyBeAccessedByLayers("assembly")
          .whereLayer("disklog")
          .mayOnlyBeAccessedByLayers("assembly", "pipeline")
          .whereLayer("export")
          .mayOnlyBeAccessedByLayers("assembly")
          .whereLayer("web")
          .mayOnlyBeAccessedByLayers("assembly")
          .whereLayer("store")
          .mayOnlyBeAccessedByLayers("assembly", "web")
          .whereLayer("otlp")
          .mayOnlyBeAccessedByLayers("assembly", "receive", "export", "store")
          .whereLayer("net")
          .mayOnlyBeAccessedByLayers("assembly", "receive", "export", "web")
          .whereLayer("core")
          .mayOnlyAccessLayers("core");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  /**
   * A program of two threads, of which one begins with {@code EmptyHttpHeaders.INSTANCE} and the
   * other with {@code new DefaultHttpHeaders()}, hung in 40 of 40 starts: a collector that sends
   * its first request while it is asked whether it is ready is such a program.
   */
  @ArchTest
  static final ArchRule nobodyComesToTheClassThatHangsWithItsSuperclass =
      noClasses().should().dependOnClassesThat().areAssignableTo(EmptyHttpHeaders.class);

  /** {@code spill} holds messages as {@code forward} has them; nobody else knows a neighbour. */
  @ArchTest
  static final ArchRule receiversKnowNoOtherReceiver =
      slices()
          .matching(ROOT + ".receive.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              resideInAPackage(ROOT + ".receive.spill"),
              resideInAPackage(ROOT + ".receive.forward"));
}
