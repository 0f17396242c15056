package io.spillway.access.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Arguments that point into the same allocation, against sets of what is done to each byte. */
class LaunchEvidenceProperties {

  @Provide
  Arbitrary<List<ParameterAccess>> accesses() {
    return Arbitraries.of(ParameterAccess.class).list().ofSize(6);
  }

  @Provide
  Arbitrary<List<LaunchEvidence.Argument<String>>> arguments() {
    return Arbitraries.integers()
        .between(0, 7)
        .flatMap(
            parameter ->
                Arbitraries.of("a", "b", "c")
                    .map(each -> new LaunchEvidence.Argument<>(parameter, 0, each)))
        .list()
        .ofMaxSize(8);
  }

  private static KernelEvidence kernel(List<ParameterAccess> accesses) {
    List<ParameterEvidence> parameters = new ArrayList<>();
    for (int i = 0; i < accesses.size(); i++) {
      WordEvidence word = new WordEvidence(0, accesses.get(i), "given");
      parameters.add(new ParameterEvidence(i, Long.BYTES * i, Long.BYTES, List.of(word)));
    }
    return new KernelEvidence(
        "k", parameters, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** What an access may do, as letters. */
  private static Set<Character> effects(ParameterAccess access) {
    return switch (access) {
      case NOT_ACCESSED -> Set.of();
      case READ_ONLY -> Set.of('r');
      case WRITE_ONLY -> Set.of('w');
      case READ_WRITE -> Set.of('r', 'w');
      case UNKNOWN -> Set.of('?');
    };
  }

  @Property
  void eachAllocationGetsWhatAllItsArgumentsDo(
      @ForAll("accesses") List<ParameterAccess> accesses,
      @ForAll("arguments") List<LaunchEvidence.Argument<String>> arguments) {
    Map<String, Set<Character>> expected = new HashMap<>();
    for (LaunchEvidence.Argument<String> each : arguments) {
      // A launch with more arguments than the kernel has parameters is not known at all.
      ParameterAccess access =
          each.parameter() < accesses.size()
              ? accesses.get(each.parameter())
              : ParameterAccess.UNKNOWN;
      expected
          .computeIfAbsent(each.allocation(), allocation -> new HashSet<>())
          .addAll(effects(access));
    }
    Map<String, AccessKind> found = LaunchEvidence.accesses(kernel(accesses), arguments);
    assertThat(found.keySet()).isSubsetOf(expected.keySet());
    expected.forEach(
        (allocation, effects) ->
            assertThat(Optional.ofNullable(found.get(allocation))).isEqualTo(kind(effects)));
  }

  private static Optional<AccessKind> kind(Set<Character> effects) {
    if (effects.contains('?')) {
      return Optional.of(AccessKind.UNKNOWN);
    }
    if (effects.size() == 2) {
      return Optional.of(AccessKind.READ_WRITE);
    }
    return effects.stream()
        .findFirst()
        .map(each -> each == 'r' ? AccessKind.READ : AccessKind.WRITE);
  }
}
