package io.spillway.advise;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.spillway.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Profiles feed rules, and rules only plan. */
class ArchitectureTest {
  private static final JavaClasses CLASSES = HouseRules.mainClasses();

  @TestFactory
  Stream<DynamicTest> houseRules() {
    return HouseRules.all().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
  }

  @Test
  void advicePlansAndNeverSeesTheDriver() {
    noClasses()
        .that()
        .resideInAnyPackage("io.spillway.advise", "io.spillway.advise.file")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.spillway.driver..")
        .because("only what gives hints, and the replay on the simulator, are near a driver")
        .check(CLASSES);
  }

  @Test
  void rulesKnowNothingOfFilesSessionsAndReplays() {
    noClasses()
        .that()
        .resideInAPackage("io.spillway.advise")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.spillway.advise.*..")
        .check(CLASSES);
  }

  @Test
  void onlyTheSimulatorIsOpenedHere() {
    noClasses()
        .that()
        .resideInAPackage("io.spillway.advise..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.spillway.driver.panama..", "io.spillway.driver.jcuda..")
        .check(CLASSES);
  }

  @Test
  void profilesDoNotKnowTheRulesThatReadThem() {
    noClasses()
        .that()
        .resideInAPackage("io.spillway.profile..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.spillway.advise..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
