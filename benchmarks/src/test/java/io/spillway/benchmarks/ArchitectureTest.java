package io.spillway.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.spillway.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The house rules, and this module's own: traces, policies, comparisons, plans, reports, commands.
 */
class ArchitectureTest {
  private static final JavaClasses CLASSES = HouseRules.mainClasses();

  @TestFactory
  Stream<DynamicTest> houseRules() {
    return HouseRules.all().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
  }

  @Test
  void layersAreOrdered() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("trace")
        .definedBy("io.spillway.benchmarks.trace")
        .layer("policy")
        .definedBy("io.spillway.benchmarks.compare.policy")
        .layer("g10")
        .definedBy("io.spillway.benchmarks.compare.g10")
        .layer("compare")
        .definedBy("io.spillway.benchmarks.compare")
        .layer("plan")
        .definedBy("io.spillway.benchmarks.plan")
        .layer("report")
        .definedBy("io.spillway.benchmarks.report")
        .layer("command")
        .definedBy("io.spillway.benchmarks")
        .whereLayer("command")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("report")
        .mayOnlyBeAccessedByLayers("command")
        .whereLayer("plan")
        .mayOnlyBeAccessedByLayers("report", "command")
        .whereLayer("compare")
        .mayOnlyBeAccessedByLayers("plan", "report", "command")
        .whereLayer("policy")
        .mayOnlyBeAccessedByLayers("plan", "compare")
        .whereLayer("g10")
        .mayOnlyBeAccessedByLayers("compare", "command")
        .whereLayer("trace")
        .mayOnlyBeAccessedByLayers("policy", "g10", "compare", "plan", "command")
        .check(CLASSES);
  }

  @Test
  void policiesNeverSeeADriver() {
    noClasses()
        .that()
        .resideInAPackage("io.spillway.benchmarks.compare.policy")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.spillway.driver.UnifiedMemoryDriver")
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("io.spillway.driver.sim..")
        .check(CLASSES);
  }
}
