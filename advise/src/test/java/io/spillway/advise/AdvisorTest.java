package io.spillway.advise;

import static io.spillway.advise.ProfileSketch.Touch.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.allocate.MemoryKind;
import io.spillway.profile.Profile;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the replay decides. */
class AdvisorTest {

  private final ProfileSketch sketch = new ProfileSketch();

  private static ReplayCost seconds(double seconds) {
    return new ReplayCost(seconds, 0, 0, 0, 0, 0);
  }

  private ProfileSketch twoAllocations() {
    int large = sketch.budgetBlocks(2).managed("large", 6);
    int small = sketch.managed("small", 2);
    sketch.phase(10).kernel("step", 0, read(large, 0, 6), read(small, 0, 2));
    return sketch;
  }

  private static boolean has(List<ProposedHint> hints, int allocation) {
    return hints.stream().anyMatch(hint -> hint.allocation() == allocation);
  }

  @Test
  void whatMakesTheReplayFasterIsKeptWithWhatItSavesThere() {
    Recommendation advice =
        new Advisor(
                Rules.standard(),
                _ -> hints -> seconds(10 - (has(hints, 0) ? 4 : 0) - (has(hints, 1) ? 1 : 0)))
            .advise(twoAllocations().build());
    assertThat(advice.hints())
        .extracting(kept -> kept.replayed().seconds())
        .containsExactly(4.0, 1.0);
    assertThat(advice.dropped()).isEmpty();
    assertThat(advice.withoutHints()).contains(seconds(10));
    assertThat(advice.withHints()).contains(seconds(5));
  }

  @Test
  void whatDoesNotPayIsDropped() {
    Recommendation advice =
        new Advisor(Rules.standard(), _ -> hints -> seconds(has(hints, 0) ? 11 : 10 - hints.size()))
            .advise(twoAllocations().build());
    assertThat(advice.hints()).extracting(kept -> kept.hint().allocation()).containsExactly(1);
    assertThat(advice.dropped())
        .extracting(dropped -> dropped.hint().allocation())
        .containsExactly(0);
  }

  @Test
  void aGainThatNobodyCouldTellFromNoneIsDropped() {
    Recommendation advice =
        new Advisor(Rules.standard(), _ -> hints -> seconds(10 - 0.02 * hints.size()))
            .advise(twoAllocations().build());
    assertThat(advice.hints()).isEmpty();
    assertThat(advice.withHints()).contains(seconds(10));
  }

  /** Ten laps save some 40 ms. */
  @Test
  void whatSavesLessThanReadingHintsTakesIsDroppedUnlessTheRunIsToBeLonger() {
    Profile profile = twoAllocations().measured().build();
    Advisor advisor = new Advisor(Rules.standard(), _ -> hints -> seconds(10 - hints.size()));

    Recommendation advice = advisor.advise(profile);
    assertThat(advice.hints()).isEmpty();
    assertThat(advice.dropped())
        .hasSize(2)
        .allSatisfy(dropped -> assertThat(dropped.why()).contains("reading them takes 50"));
    assertThat(advice.withHints()).contains(seconds(10));

    Recommendation longer = advisor.advise(profile, 2);
    assertThat(longer.hints()).hasSize(2);
    assertThat(longer.withHints()).contains(seconds(8));
  }

  @Test
  void whatTheOthersDoAsWellWithoutIsDroppedInTheEnd() {
    // The first alone helps a little; the second makes it superfluous.
    Recommendation advice =
        new Advisor(
                Rules.standard(), _ -> hints -> seconds(has(hints, 1) ? 5 : has(hints, 0) ? 9 : 10))
            .advise(twoAllocations().build());
    assertThat(advice.hints()).extracting(kept -> kept.hint().allocation()).containsExactly(1);
    assertThat(advice.dropped())
        .singleElement()
        .extracting(Recommendation.Dropped::why)
        .asString()
        .contains("without it");
  }

  @Test
  void whatCannotBeCheckedIsNotAdvised() {
    Advisor advisor =
        new Advisor(
            Rules.standard(),
            _ -> {
              throw new AssertionError("there is nothing to replay");
            });
    sketch.budgetBlocks(2).managed("data", 6);
    assertThat(advisor.advise(sketch.build()).notes())
        .singleElement()
        .asString()
        .contains("no launches repeat");
    assertThat(advisor.advise(new ProfileSketch().build()).notes())
        .singleElement()
        .asString()
        .contains("no device budget");
    ProfileSketch plain = new ProfileSketch().budgetBlocks(2);
    int data = plain.allocation("data", "data", MemoryKind.DEVICE, 6, 1);
    plain.phase(10).kernel("scan", 0, read(data, 0, 6));
    assertThat(advisor.advise(plain.build()).notes())
        .singleElement()
        .asString()
        .contains("no managed");
  }

  @Test
  void pricesThatTheRecordingDoesNotTellAreNamed() {
    sketch.machine(
        new io.spillway.profile.MachineFigures(
            "Half", true, 4 << 20, 4 << 20, 0, 10e9, 4e9, 5e9, 0, 50e9, 0, 0, 10e9, 4000e9));
    int data = sketch.managed("data", 6);
    sketch.phase(10).kernel("scan", 0, read(data, 0, 6));
    assertThat(new Advisor(Rules.standard(), _ -> _ -> seconds(1)).advise(sketch.build()).notes())
        .singleElement()
        .asString()
        .endsWith("are used: read-mostly faults");
  }
}
