package io.spillway.samples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import io.spillway.HouseRules;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
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
        .accessTargetWhere(describe("open a driver on a GPU", ArchitectureTest::opensDriver))
        .because("a shared card is only touched behind LimitedDriver, which Devices puts there")
        .check(CLASSES);
  }

  @Test
  void everySessionIsGivenItsDriver() {
    assertThat(CLASSES.stream().filter(type -> calls(type, Spillway.class, "open")))
        .isNotEmpty()
        .as("a session without a driver would open the GPU by itself")
        .allMatch(type -> calls(type, SpillwayConfig.Builder.class, "driver"));
  }

  @Test
  void programsOnJcudaKnowNothingElse() {
    classes()
        .that()
        .resideInAPackage("io.spillway.samples.jcuda")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("io.spillway.samples.jcuda", "jcuda..", "java..", "org.jspecify..")
        .because("they stand for programs written before Spillway")
        .check(CLASSES);
  }

  private static boolean calls(JavaClass type, Class<?> owner, String method) {
    return type.getMethodCallsFromSelf().stream()
        .anyMatch(
            call ->
                call.getTargetOwner().isEquivalentTo(owner)
                    && call.getTarget().getName().equals(method));
  }

  private static boolean opensDriver(JavaAccess<?> access) {
    return access.getTarget().getName().startsWith("open")
        && access.getTargetOwner().isAssignableTo(UnifiedMemoryDriver.class)
        && !access.getTargetOwner().getPackageName().endsWith(".sim");
  }
}
