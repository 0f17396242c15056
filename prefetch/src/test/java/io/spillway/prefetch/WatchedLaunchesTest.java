package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.predict.Touches;
import io.spillway.prefetch.message.WatchedLap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** When a lap is recognised, and what is handed over of it. */
final class WatchedLaunchesTest {

  private static Touches launch(int which) {
    return new Touches().begin(which).add(1L << 40, 1 + which, AccessKind.READ);
  }

  private static List<Long> sites(WatchedLap lap) {
    List<Long> sites = new ArrayList<>();
    Touches launch = new Touches();
    for (int i = 0; i < lap.length(); i++) {
      lap.launch(i, launch);
      assertThat(launch.count()).isOne();
      assertThat(launch.bytes(0)).isEqualTo(1 + launch.site());
      sites.add(launch.site());
    }
    return sites;
  }

  @Property(tries = 200)
  void aLapIsRecognisedAtTheFirstLaunchAfterItHasComeTwice(
      @ForAll @IntRange(min = 4, max = 300) int length, @ForAll @IntRange(max = 50) int before) {
    WatchedLaunches watched = new WatchedLaunches();
    for (int i = 0; i < before; i++) {
      assertThat(watched.observe(launch(1000 + i))).isFalse();
    }
    for (int i = 0; i < 2 * length; i++) {
      assertThat(watched.observe(launch(i % length))).as("launch %d", i).isFalse();
    }
    assertThat(watched.take()).isEmpty();

    assertThat(watched.observe(launch(0))).isTrue();

    assertThat(sites(watched.take().orElseThrow()))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, length).mapToObj(i -> (long) (i % length)).toList());
  }

  @Test
  void aFewLaunchesThatRepeatAreALapOnlyAfterSixteen() {
    WatchedLaunches watched = new WatchedLaunches();
    int launches = 0;
    while (!watched.observe(launch(launches % 2))) {
      launches++;
    }
    assertThat(launches).isEqualTo(18); // two are new, and the next is only found again
  }

  @Test
  void launchesInNoOrderAreNoLap() {
    WatchedLaunches watched = new WatchedLaunches();
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      assertThat(watched.observe(launch(random.nextInt(40)))).as("launch %d", i).isFalse();
    }
  }

  @Test
  void whatIsRememberedIsBoundedAndALapIsStillFoundAfterwards() {
    WatchedLaunches watched = new WatchedLaunches(64);
    for (int i = 0; i < 1000; i++) {
      assertThat(watched.observe(launch(i))).isFalse();
    }
    int more = 0;
    while (!watched.observe(launch(more % 10))) {
      more++;
    }
    assertThat(more).isBetween(2 * 10, 4 * 10);
    assertThat(watched.take().orElseThrow().length()).isEqualTo(10);
  }
}
