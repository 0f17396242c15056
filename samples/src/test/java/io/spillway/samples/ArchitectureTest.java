package io.spillway.samples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import io.spillway.HouseRules;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.samples.device.Devices;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The house rules, for this module, and its own: a GPU is opened in one place. */
class ArchitectureTest {
  private static final JavaClasses CLASSES = HouseRules.mainClasses();

  @TestFactory
  Stream<DynamicTest> houseRules() {
    return HouseRules.all().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
  }

  @Test
  void onlyDevicesOpensADriver() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(Devices.class)
        .should()
        .accessTargetWhere(
            describe("open a driver on a GPU", ArchitectureTest::opensDriver))
        .because("a shared card is only touched behind LimitedDriver, which Devices puts there")
        .check(CLASSES);
  }

  private static boolean opensDriver(JavaAccess<?> access) {
    return access.getTarget().getName().startsWith("open")
        && access.getTargetOwner().isAssignableTo(UnifiedMemoryDriver.class)
        && !access.getTargetOwner().getPackageName().endsWith(".sim");
  }
}
