package io.spillway;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules that hold for the main classes of every module; each module's own test checks them. */
public final class HouseRules {
  private static final String SEAM = "io.spillway.driver.UnifiedMemoryDriver";
  private static final Set<String> HINTING_CALLS =
      Set.of("advise", "prefetch", "prefetchBatch", "discard", "discardAndPrefetch");
  private static final Pattern NAMELESS = Pattern.compile(".*(Manager|Utils?|Helper|Impl|Common)");
  private static final Pattern BINDING_CLASS =
      Pattern.compile("java\\.lang\\.foreign\\.(Linker|FunctionDescriptor|SymbolLookup)(\\$.*)?");

  private HouseRules() {}

  /** The rules, in the order in which they are worth reading. */
  public static List<ArchRule> all() {
    return List.of(
        onlyPlanApplierHints(), onlyBindingsLink(), noCycles(), noNamelessClasses(), noSleeping());
  }

  /** The main classes of the module under test, without those of the modules it depends on. */
  public static JavaClasses mainClasses() {
    return new ClassFileImporter().importPath(Path.of("target", "classes"));
  }

  private static ArchRule onlyPlanApplierHints() {
    return noClasses()
        .that()
        .resideOutsideOfPackage("io.spillway.driver..")
        .and(describe("are not PlanApplier", type -> !outermostName(type).equals("PlanApplier")))
        .should()
        .accessTargetWhere(
            describe("advises, prefetches or discards on the seam", HouseRules::hints))
        .as("only PlanApplier calls advise, prefetch or discard on the seam")
        .allowEmptyShould(true);
  }

  private static boolean hints(JavaAccess<?> access) {
    return HINTING_CALLS.contains(access.getTarget().getName())
        && access.getTargetOwner().isAssignableTo(SEAM);
  }

  private static String outermostName(JavaClass type) {
    return type.getEnclosingClass().map(HouseRules::outermostName).orElseGet(type::getSimpleName);
  }

  private static ArchRule onlyBindingsLink() {
    DescribedPredicate<JavaClass> bindings =
        resideInAnyPackage("io.spillway..panama..", "io.spillway..cupti..");
    return noClasses()
        .that(DescribedPredicate.not(bindings))
        .should()
        .dependOnClassesThat(
            describe("link native code", type -> BINDING_CLASS.matcher(type.getName()).matches()))
        .as("only *.panama and *.cupti link native code")
        .allowEmptyShould(true);
  }

  private static ArchRule noCycles() {
    return slices().matching("io.spillway.(*)..").should().beFreeOfCycles().allowEmptyShould(true);
  }

  private static ArchRule noNamelessClasses() {
    return noClasses()
        .should()
        .haveNameMatching(NAMELESS.pattern())
        .as("no class is a Manager, Util, Helper, Impl or Common")
        .because("a class is named after the thing it is")
        .allowEmptyShould(true);
  }

  private static ArchRule noSleeping() {
    return noClasses()
        .should()
        .accessTargetWhere(
            describe(
                "calls Thread.sleep",
                access ->
                    access.getTarget().getName().equals("sleep")
                        && access.getTargetOwner().isAssignableTo(Thread.class)))
        .as("nothing calls Thread.sleep")
        .because("a wait is for something, and says for what")
        .allowEmptyShould(true);
  }
}
