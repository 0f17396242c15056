package io.spillway.samples;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.spillway.HouseRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The house rules, for this module. */
class ArchitectureTest {
  private static final JavaClasses CLASSES = HouseRules.mainClasses();

  @TestFactory
  Stream<DynamicTest> houseRules() {
    return HouseRules.all().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
  }
}
