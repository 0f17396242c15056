package io.spillway.prefetch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.spillway.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Prediction and eviction are pure; of the advise module only the profile is seen. */
class ArchitectureTest {
  private static final JavaClasses CLASSES = HouseRules.mainClasses();

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
  void nothingSeesTheAdviceRules() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.spillway.advise..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
