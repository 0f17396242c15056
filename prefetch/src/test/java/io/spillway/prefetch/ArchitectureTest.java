package io.spillway.prefetch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import io.spillway.HouseRules;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.PlanApplier;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Prediction and eviction are pure, planning calls no driver, and the engine's packages see only
 * those below them; of the advise module only the profile is seen.
 */
class ArchitectureTest {
  private static final JavaClasses CLASSES = HouseRules.mainClasses();
  private static final String ENGINE = "io.spillway.prefetch";

  /** What each of the engine's packages sees of the others. */
  private static final Map<String, String[]> SEES =
      Map.of(
          "trial",
          new String[] {},
          "step",
          new String[] {},
          "launch",
          new String[] {"trial"},
          "lap",
          new String[] {"launch", "trial"},
          "inplace",
          new String[] {"lap", "launch", "step", "trial"},
          "plan",
          new String[] {"inplace", "lap", "launch", "step", "trial"},
          "move",
          new String[] {"step", "trial"},
          "govern",
          new String[] {"plan"},
          "message",
          new String[] {"move"},
          "baseline",
          new String[] {"govern"});

  @TestFactory
  Stream<DynamicTest> houseRules() {
    return HouseRules.all().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
  }

  @Test
  void predictionAndEvictionNeverSeeTheDriver() {
    noClasses()
        .that()
        .resideInAnyPackage("io.spillway.predict..", "io.spillway.evict..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.spillway.driver..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void policiesDoNotKnowTheEngine() {
    noClasses()
        .that()
        .resideInAnyPackage("io.spillway.predict..", "io.spillway.evict..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.spillway.prefetch..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void theEnginesPackagesSeeOnlyThoseBelowThem() {
    LayeredArchitecture packages =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("plugins")
            .definedBy(ENGINE);
    for (String name : SEES.keySet()) {
      packages = packages.layer(name).definedBy(ENGINE + "." + name);
    }
    for (Map.Entry<String, String[]> each : SEES.entrySet()) {
      packages =
          each.getValue().length == 0
              ? packages.whereLayer(each.getKey()).mayNotAccessAnyLayer()
              : packages.whereLayer(each.getKey()).mayOnlyAccessLayers(each.getValue());
    }
    packages.check(CLASSES);
  }

  @Test
  void theEngineHasNoOtherPackages() {
    noClasses()
        .that()
        .resideInAPackage(ENGINE + "..")
        .should()
        .resideOutsideOfPackages(
            Stream.concat(
                    Stream.of(ENGINE), SEES.keySet().stream().map(name -> ENGINE + "." + name))
                .toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void theEnginesPackagesHaveNoCycles() {
    slices().matching(ENGINE + ".(*)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void planningCallsNoDriver() {
    noClasses()
        .that()
        .resideInAnyPackage(
            Stream.of("trial", "step", "launch", "lap", "inplace", "plan")
                .map(name -> ENGINE + "." + name)
                .toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .areAssignableTo(UnifiedMemoryDriver.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(PlanApplier.class)
        .check(CLASSES);
  }

  @Test
  void nothingSeesTheAdviceRules() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.spillway.advise..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
