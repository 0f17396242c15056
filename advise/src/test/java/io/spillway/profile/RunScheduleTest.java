package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.range.Blocks;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is taken from a recording as its schedule. */
class RunScheduleTest {

  private static final long A = 1L << 40;
  private static final long B = 2L << 40;
  private static final long C = 3L << 40;
  private static final long BYTES = 64 * Blocks.BYTES;

  private final ProfileFolder folder = new ProfileFolder(1 << 4);
  private long time;
  private int sequence;

  private void allocate(String label, long address, MemoryKind kind) {
    allocate(label, address, BYTES, kind);
  }

  private void allocate(String label, long address, long bytes, MemoryKind kind) {
    folder.allocation(time++, address, bytes, bytes, kind, label, label, 0);
  }

  private void launch(String label, long address, AccessKind kind) {
    folder.access(time++, sequence, label, sequence, address, Blocks.BYTES, kind);
    sequence++;
  }

  private static List<String> sites(RunSchedule schedule, int[] steps) {
    return Arrays.stream(steps).mapToObj(step -> schedule.launches().get(step).site()).toList();
  }

  private void laps(int count) {
    for (int lap = 0; lap < count; lap++) {
      for (int i = 0; i < 20; i++) {
        launch("layer", A + i * Blocks.BYTES, AccessKind.READ);
      }
      launch("update", B, AccessKind.READ_WRITE);
    }
  }

  @Test
  void whatComesBeforeTheLapsIsToldApartFromTheLap() {
    allocate("a", A, MemoryKind.MANAGED);
    allocate("b", B, MemoryKind.MANAGED);
    for (int i = 0; i < 20; i++) {
      launch("fill", A + i * Blocks.BYTES, AccessKind.WRITE);
    }
    launch("init", B, AccessKind.WRITE);
    laps(4);
    launch("result", B, AccessKind.READ);

    RunSchedule schedule = RunSchedule.of(folder.finish());

    assertThat(sites(schedule, schedule.before()))
        .hasSize(21)
        .startsWith("fill", "fill")
        .endsWith("fill", "init");
    assertThat(sites(schedule, schedule.lap()))
        .hasSize(21)
        .startsWith("layer", "layer")
        .endsWith("layer", "update");
    assertThat(schedule.launches().get(schedule.lap()[3]).accesses())
        .containsExactly(new ScheduledAccess(0, 3 * Blocks.BYTES, Blocks.BYTES, AccessKind.READ));
    assertThat(schedule.allocations())
        .containsExactly(
            new RunSchedule.NamedAllocation("a", "a", BYTES),
            new RunSchedule.NamedAllocation("b", "b", BYTES));
  }

  @Test
  void whereNothingRepeatsAllIsKept() {
    allocate("a", A, MemoryKind.MANAGED);
    for (int i = 0; i < 30; i++) {
      launch("once " + i, A + i * Blocks.BYTES, AccessKind.READ);
    }
    RunSchedule schedule = RunSchedule.of(folder.finish());

    assertThat(schedule.lap()).isEmpty();
    assertThat(sites(schedule, schedule.before())).hasSize(30).endsWith("once 29");
  }

  @Test
  void aProgramThatRepeatsItselfOnlyHereAndThereIsKeptAsItWent() {
    allocate("a", A, MemoryKind.MANAGED);
    allocate("b", B, MemoryKind.MANAGED);
    laps(4);
    for (int i = 0; i < 200; i++) {
      launch("once " + i, A, AccessKind.READ);
    }
    RunSchedule schedule = RunSchedule.of(folder.finish());

    assertThat(schedule.lap()).isEmpty();
    assertThat(sites(schedule, schedule.before())).hasSize(4 * 21 + 200).startsWith("layer");
  }

  @Test
  void launchesThatTouchNothingManagedAreLeftOut() {
    allocate("a", A, MemoryKind.MANAGED);
    allocate("plain", B, MemoryKind.DEVICE);
    launch("plain alone", B, AccessKind.WRITE);
    laps(3);

    RunSchedule schedule = RunSchedule.of(folder.finish());

    assertThat(schedule.before()).isEmpty();
    assertThat(sites(schedule, schedule.lap())).hasSize(20).containsOnly("layer");
  }

  /** As the predictor does not tell them apart either. */
  @Test
  void launchesThatDifferInLengthAloneAreOne() {
    allocate("a", A, MemoryKind.MANAGED);
    for (int i = 1; i <= 32; i++) {
      folder.access(time++, sequence, "grow", sequence, A, i * Blocks.BYTES, AccessKind.READ);
      sequence++;
      launch("other " + i, A + 40 * Blocks.BYTES, AccessKind.WRITE);
    }
    RunSchedule schedule = RunSchedule.of(folder.finish());

    assertThat(schedule.launches().stream().filter(launch -> launch.site().equals("grow")))
        .singleElement()
        .extracting(launch -> launch.accesses().getFirst().bytes())
        .isEqualTo(32 * Blocks.BYTES);
  }

  @Test
  void ofAProgramThatLaunchesMuchBeforeItsLapsOnlyTheLapIsKept() {
    allocate("a", A, MemoryKind.MANAGED);
    allocate("b", B, MemoryKind.MANAGED);
    allocate("c", C, (1L + RunSchedule.MOST_LAUNCHES) * Blocks.BYTES, MemoryKind.MANAGED);
    for (int i = 0; i <= RunSchedule.MOST_LAUNCHES; i++) {
      launch("once", C + i * Blocks.BYTES, AccessKind.WRITE);
    }
    laps(4);

    RunSchedule schedule = RunSchedule.of(folder.finish());

    assertThat(schedule.before()).isEmpty();
    assertThat(schedule.lap()).hasSize(21);
  }
}
