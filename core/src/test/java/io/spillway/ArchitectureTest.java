package io.spillway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds the design's direction of dependency: range, {driver, access}, allocate, hint, dropin,
 * agent.
 */
class ArchitectureTest {
  private static final JavaClasses CLASSES = HouseRules.mainClasses();

  private static final Layer RANGE = layer("io.spillway.range..");
  private static final Layer DRIVER = layer("io.spillway.driver", RANGE);
  private static final Layer BINDING = layer("io.spillway.driver.binding..", RANGE, DRIVER);
  private static final Layer PANAMA = layer("io.spillway.driver.panama..", RANGE, DRIVER, BINDING);
  private static final Layer JCUDA =
      layer("io.spillway.driver.jcuda..", RANGE, DRIVER, BINDING, PANAMA);
  private static final Layer SIM = layer("io.spillway.driver.sim..", RANGE, DRIVER);
  private static final Layer ACCESS = layer("io.spillway.access..", RANGE, DRIVER);
  private static final Layer ALLOCATE = layer("io.spillway.allocate..", RANGE, DRIVER, ACCESS);
  private static final Layer HINT = layer("io.spillway.hint..", RANGE, DRIVER, ACCESS, ALLOCATE);
  private static final Layer FACE =
      layer("io.spillway", RANGE, DRIVER, PANAMA, JCUDA, SIM, ACCESS, ALLOCATE, HINT);
  private static final Layer DROPIN =
      layer("io.spillway.dropin..", RANGE, DRIVER, PANAMA, JCUDA, ACCESS, ALLOCATE, HINT, FACE);
  private static final Layer AGENT =
      layer("io.spillway.agent..", RANGE, DRIVER, ACCESS, ALLOCATE, HINT, FACE, DROPIN);

  private static final List<Layer> LAYERS =
      List.of(
          RANGE, DRIVER, BINDING, PANAMA, JCUDA, SIM, ACCESS, ALLOCATE, HINT, FACE, DROPIN, AGENT);

  /**
   * Some packages, and what they may see besides the JDK and libraries.
   *
   * @param packages an ArchUnit package pattern
   * @param visible the patterns of what they may see, their own among them
   */
  private record Layer(String packages, List<String> visible) {
    ArchRule rule() {
      PackageMatcher own = PackageMatcher.of(packages);
      boolean exists = CLASSES.stream().anyMatch(type -> own.matches(type.getPackageName()));
      String[] hidden =
          LAYERS.stream()
              .map(Layer::packages)
              .filter(other -> !visible.contains(other))
              .toArray(String[]::new);
      return noClasses()
          .that()
          .resideInAPackage(packages)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(hidden)
          .allowEmptyShould(!exists);
    }
  }

  private static Layer layer(String packages, Layer... seen) {
    return new Layer(
        packages,
        Stream.concat(Stream.of(packages), Stream.of(seen).map(Layer::packages)).toList());
  }

  @TestFactory
  Stream<DynamicTest> layersSeeOnlyWhatIsBelowThem() {
    return LAYERS.stream()
        .map(each -> DynamicTest.dynamicTest(each.packages(), () -> each.rule().check(CLASSES)));
  }

  @TestFactory
  Stream<DynamicTest> houseRules() {
    return HouseRules.all().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
  }

  @Test
  void everyClassLivesInAPackageOfTheDesign() {
    classes()
        .should()
        .resideInAnyPackage(LAYERS.stream().map(Layer::packages).toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void bindingsAreFreeOfCycles() {
    slices()
        .matching("io.spillway.driver.(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void theClassesUnderTestAreReallyRead() {
    assertThat(CLASSES).isNotEmpty();
  }
}
