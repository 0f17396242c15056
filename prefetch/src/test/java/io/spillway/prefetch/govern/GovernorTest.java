package io.spillway.prefetch.govern;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Prices;
import io.spillway.prefetch.plan.Outcomes;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the governor does about fetches that help, and about fetches that do not. */
final class GovernorTest {

  private final Outcomes outcomes = new Outcomes(Prices.H200);
  private final Governor governor = new Governor();
  private final List<Piece> pieces = new ArrayList<>();
  private long launches;

  GovernorTest() {
    new Pieces(Blocks.BYTES, range -> true).cover(1L << 40, 64 * Blocks.BYTES, pieces);
  }

  private void fetches(int count, boolean used) {
    for (int i = 0; i < count; i++) {
      Piece piece = pieces.get(i);
      outcomes.fetched(piece);
      if (used) {
        outcomes.used(piece);
      } else {
        outcomes.evicted(piece, null);
      }
      governor.judge(outcomes, ++launches);
    }
  }

  @Test
  void usedFetchesChangeNothing() {
    fetches(64, true);
    assertThat(governor.level()).isEqualTo(Governor.Level.FULL);
    assertThat(outcomes.hits()).isEqualTo(64);
  }

  @Test
  void sixteenUselessFetchesStepDownAndSixteenMoreStopIt() {
    fetches(15, false);
    assertThat(governor.level()).isEqualTo(Governor.Level.FULL);
    fetches(1, false);
    assertThat(governor.level()).isEqualTo(Governor.Level.NEAR);
    fetches(16, false);
    assertThat(governor.level()).isEqualTo(Governor.Level.DECLARED);
    assertThat(governor.level().launches()).isZero();
    assertThat(governor.reason()).contains("the last 16 fetches saved 0.0 ms");
  }

  @Test
  void itTriesAgainAfterAPauseThatDoublesWithEachFailure() {
    fetches(32, false);
    long stopped = launches;
    while (governor.level() == Governor.Level.DECLARED) {
      governor.judge(outcomes, ++launches);
    }
    long first = launches - stopped;
    fetches(16, false);
    stopped = launches;
    while (governor.level() == Governor.Level.DECLARED) {
      governor.judge(outcomes, ++launches);
    }
    assertThat(launches - stopped).isEqualTo(2 * first);
  }

  @Test
  void whatIsNeededBeforeWhatItLeftForIsHarm() {
    Piece coming = pieces.get(0);
    Piece left = pieces.get(1);
    outcomes.fetched(coming);
    outcomes.evicted(left, coming);
    outcomes.used(left);
    assertThat(outcomes.harmful()).isEqualTo(1);
    assertThat(outcomes.causedNanos()).isEqualTo(Blocks.BYTES * Prices.H200.fault());
  }

  @Test
  void whatLeftForSomethingThatWasUsedIsNoHarm() {
    Piece coming = pieces.get(0);
    Piece left = pieces.get(1);
    outcomes.fetched(coming);
    outcomes.evicted(left, coming);
    outcomes.used(coming);
    outcomes.used(left);
    assertThat(outcomes.harmful()).isZero();
  }
}
