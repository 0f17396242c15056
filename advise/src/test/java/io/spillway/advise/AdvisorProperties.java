package io.spillway.advise;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.advise.replay.LapReplay;
import io.spillway.allocate.MemoryKind;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever was recorded and whatever rules say, the plan is never worse on replay than no hints.
 */
class AdvisorProperties {

  private static final int MOST_BLOCKS = 6;

  /** Fires where chance has it and promises much, right or wrong. */
  private record Reckless(Treatment treatment, long seed) implements Rule {
    @Override
    public String name() {
      return "reckless-" + treatment.key();
    }

    @Override
    public Optional<Verdict> judge(BlockView block) {
      Random random = new Random(31 * (31 * seed + block.allocation()) + block.block());
      return random.nextBoolean()
          ? Optional.of(new Verdict(Basis.PROVEN, new Saving(1 + random.nextDouble(), 0, 0)))
          : Optional.empty();
    }

    @Override
    public String reason(SpanFigures figures) {
      return "why not";
    }
  }

  @Property(tries = 150)
  void thePlanIsNeverWorseThanNone(@ForAll Random random) {
    assertNotWorse(profile(random), Rules.standard());
  }

  @Property(tries = 150)
  void norIsItWhereRulesAreWrong(@ForAll Random random) {
    List<Rule> rules = new ArrayList<>(Rules.standard());
    for (Treatment treatment : Treatment.values()) {
      rules.add(new Reckless(treatment, random.nextLong()));
    }
    assertNotWorse(profile(random), rules);
  }

  private static void assertNotWorse(Profile profile, List<Rule> rules) {
    Recommendation advice = new Advisor(rules, LapReplay::of).advise(profile);
    List<ProposedHint> hints = advice.hints().stream().map(Recommendation.Kept::hint).toList();
    // Another replay, of which the advisor knows nothing.
    Replay replay = LapReplay.of(profile);
    ReplayCost without = replay.cost(List.of());
    ReplayCost with = replay.cost(hints);
    assertThat(with.seconds())
        .as("%s", hints)
        .isLessThanOrEqualTo(without.seconds() * (1 - hints.size() * Advisor.LEAST_GAIN / 2));
    assertThat(hints).allMatch(hint -> hint.treatment().applicable());
    advice.withHints().ifPresent(cost -> assertThat(cost).isEqualTo(with));
    advice.withoutHints().ifPresent(cost -> assertThat(cost).isEqualTo(without));
  }

  private static Profile profile(Random random) {
    ProfileSketch sketch = new ProfileSketch().budgetBlocks(1 + random.nextInt(8));
    int allocations = 1 + random.nextInt(3);
    for (int i = 0; i < allocations; i++) {
      sketch.managed("data" + i, 1 + random.nextInt(MOST_BLOCKS));
    }
    if (random.nextInt(4) == 0) {
      sketch.allocation("plain", "plain", MemoryKind.DEVICE, 1, 1);
    }
    Profile sizes = sketch.build();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      ProfileSketch.PhaseSketch phase = sketch.phase(2 + random.nextInt(20));
      for (int launch = 1 + random.nextInt(5); launch > 0; launch--) {
        ProfileSketch.Touch[] touches = new ProfileSketch.Touch[1 + random.nextInt(3)];
        for (int j = 0; j < touches.length; j++) {
          touches[j] = touch(random, sizes);
        }
        if (random.nextInt(5) == 0) {
          phase.copy("cuMemcpyHtoD@copy" + launch, touches[0]);
        } else {
          phase.kernel("kernel" + random.nextInt(4), random.nextInt(3) * 1e4, touches);
        }
      }
      if (random.nextInt(3) == 0) {
        phase.happened(
            random.nextBoolean() ? BlockMeasure.HOST_TURNS : BlockMeasure.GPU_WRITE_FAULTS,
            touch(random, sizes),
            1 + random.nextInt(20));
      }
    }
    return sketch.build();
  }

  private static ProfileSketch.Touch touch(Random random, Profile sizes) {
    int allocation = random.nextInt(sizes.allocations().size());
    int blocks = sizes.allocations().get(allocation).blocks().rows();
    int first = random.nextInt(blocks);
    int end = first + 1 + random.nextInt(blocks - first);
    AccessKind[] kinds = AccessKind.values();
    return new ProfileSketch.Touch(allocation, first, end, kinds[random.nextInt(kinds.length)]);
  }
}
