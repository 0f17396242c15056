package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.range.Blocks;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whose a fault or a transfer is: its allocation's, its launch's, its lap's. */
class DeviceEventsProperties {

  private static final long BASE = 1L << 40;
  private static final long B = Blocks.BYTES;

  /** A program as it is told. */
  private static final class Program {
    final ProfileFolder folder = new ProfileFolder(16);
    long time;
    private long ordinal;

    void allocate(String label, long address, int blocks) {
      folder.allocation(
          ++time, address, blocks * B, blocks * B, MemoryKind.MANAGED, label, label, ordinal++);
    }

    void free(long address) {
      folder.free(++time, address);
    }

    void launch(long sequence, long address, int blocks) {
      folder.access(++time, sequence, "step", 0, address, blocks * B, AccessKind.READ);
    }

    void fault(long sequence, long address, long start, long end) {
      folder.fault(++time, Processor.GPU, FaultAccess.READ, address, 1, 0, start, end, sequence);
    }

    void transfer(long sequence, long address, long bytes, long start) {
      folder.transfer(
          ++time,
          Direction.TO_DEVICE,
          TransferCause.COHERENCE,
          address,
          bytes,
          start,
          start + 1,
          sequence);
    }
  }

  private static long faults(Profile profile, int allocation, int block) {
    return profile.allocations().get(allocation).blocks().get(BlockMeasure.GPU_READ_FAULTS, block);
  }

  private static long moved(Profile profile, int allocation, int block) {
    return profile
        .allocations()
        .get(allocation)
        .blocks()
        .get(BlockMeasure.TO_DEVICE_COHERENCE, block);
  }

  private static long residentInTheEnd(Profile profile, int allocation) {
    HeatMap heat = profile.timeline().heat();
    AllocationProfile of = profile.allocations().get(allocation);
    long bytes = 0;
    for (int block = 0; block < of.blocks().rows(); block++) {
      long row = (of.firstBlock() + block) / heat.blocksPerRow();
      if (row < heat.rows()) {
        bytes += heat.get(HeatMeasure.RESIDENT_BYTES, (int) row, heat.bins() - 1);
      }
    }
    return bytes;
  }

  @Example
  void lateEventsAreTheFreedAllocationsNotThoseOfTheNextAtItsAddress() {
    Program program = new Program();
    program.allocate("old", BASE, 2);
    program.launch(0, BASE, 2);
    program.free(BASE);
    program.allocate(
        "new", BASE - B, 4); // begins elsewhere, so that blocks are not those of before
    program.launch(1, BASE, 2);
    program.fault(0, BASE + B, 10, 20);
    program.transfer(0, BASE, 2 * B, 30);
    program.fault(1, BASE + B, 40, 50);
    program.transfer(1, BASE + B, B, 60);
    Profile profile = program.folder.finish();
    assertThat(profile.allocations())
        .extracting(AllocationProfile::label)
        .containsExactly("old", "new");
    assertThat(faults(profile, 0, 1)).isEqualTo(1);
    assertThat(moved(profile, 0, 0)).isEqualTo(B);
    assertThat(moved(profile, 0, 1)).isEqualTo(B);
    assertThat(faults(profile, 1, 2)).isEqualTo(1);
    assertThat(moved(profile, 1, 2)).isEqualTo(B);
    assertThat(profile.allocations().get(1).blocks().total(BlockMeasure.GPU_READ_FAULTS))
        .isEqualTo(1);
    assertThat(profile.allocations().get(1).blocks().total(BlockMeasure.TO_DEVICE_COHERENCE))
        .isEqualTo(B);
    assertThat(profile.totals().unknownAddresses()).isZero();
    assertThat(residentInTheEnd(profile, 0)).isZero();
    assertThat(residentInTheEnd(profile, 1)).isEqualTo(B);
  }

  /** What a loop allocates again is one allocation, which lies elsewhere each time. */
  @Example
  void lateEventsOfAnEarlierRoundAreInTheBlockThatTheyWereIn() {
    Program program = new Program();
    program.allocate("round", BASE, 3);
    program.launch(0, BASE, 3);
    program.free(BASE);
    program.allocate("round", BASE + 16 * B, 3);
    program.launch(1, BASE + 16 * B, 3);
    program.fault(0, BASE + B, 10, 20);
    program.transfer(0, BASE + B, 2 * B, 30);
    program.folder.contention(++program.time, ContentionKind.THRASHING, BASE + 2 * B, B, 0);
    Profile profile = program.folder.finish();
    assertThat(profile.allocations()).hasSize(1);
    assertThat(profile.allocations().getFirst().instances()).isEqualTo(2);
    assertThat(profile.allocations().getFirst().blocks().column(BlockMeasure.GPU_READ_FAULTS))
        .containsExactly(0, 1, 0);
    assertThat(profile.allocations().getFirst().blocks().column(BlockMeasure.TO_DEVICE_COHERENCE))
        .containsExactly(0, B, B);
    assertThat(profile.allocations().getFirst().blocks().column(BlockMeasure.THRASHINGS))
        .containsExactly(0, 0, 1);
    assertThat(residentInTheEnd(profile, 0)).isZero();
  }

  /** The freed one is not remembered any more: rather nowhere than in the wrong one. */
  @Example
  void lateEventsOfWhatIsForgottenAreNobodys() {
    Program program = new Program();
    program.allocate("old", BASE, 1);
    program.launch(0, BASE, 1);
    program.free(BASE);
    for (int i = 0; i < 1000; i++) {
      program.allocate("other" + i, BASE + (1L << 30), 1);
      program.free(BASE + (1L << 30));
    }
    program.allocate("new", BASE, 1);
    program.launch(1, BASE, 1);
    program.fault(0, BASE, 10, 20);
    program.transfer(0, BASE, B, 30);
    Profile profile = program.folder.finish();
    for (AllocationProfile allocation : profile.allocations()) {
      assertThat(allocation.blocks().total(BlockMeasure.GPU_READ_FAULTS)).isZero();
      assertThat(allocation.blocks().total(BlockMeasure.TO_DEVICE_COHERENCE)).isZero();
    }
    assertThat(profile.totals().unknownAddresses()).isEqualTo(2);
  }

  /** A scope may be opened before what it touches is allocated. */
  @Example
  void whatALaunchIsToldToTouchWasThere() {
    Program program = new Program();
    program.allocate("first", BASE, 1);
    program.launch(0, BASE, 1);
    program.allocate("second", BASE + 4 * B, 1);
    program.launch(0, BASE + 4 * B, 1);
    program.fault(0, BASE + 4 * B, 10, 20);
    assertThat(faults(program.folder.finish(), 1, 0)).isEqualTo(1);
  }

  /** Faults of a launch at once stall it once, and those of another do not count for it. */
  @Example
  void faultsAtOnceStallOnce() {
    Program program = new Program();
    program.allocate("data", BASE, 8);
    program.launch(0, BASE, 4);
    program.folder.access(++program.time, 1, "other", 0, BASE + 4 * B, 4 * B, AccessKind.READ);
    program.folder.kernel(++program.time, 0, "step", 0, 100);
    program.folder.kernel(++program.time, 1, "other", 0, 100);
    program.fault(0, BASE, 10, 30);
    program.fault(0, BASE + B, 10, 30);
    program.fault(1, BASE + 4 * B, 20, 60);
    program.fault(0, BASE + 2 * B, 25, 40);
    program.fault(0, BASE + 3 * B, 90, 100);
    Profile profile = program.folder.finish();
    assertThat(profile.sites()).extracting(LaunchSiteProfile::stallNanos).containsExactly(40L, 40L);
    assertThat(profile.totals().faultNanos()).isEqualTo(60);
    assertThat(profile.timeline().bins().total(TimeMeasure.STALL_NANOS)).isEqualTo(60);
  }

  @Example
  void aLaunchOfSeveralKernelsTakesTheTimeOfAll() {
    ProfileFolder told = new ProfileFolder();
    told.allocation(0, BASE, 64 * B, 64 * B, MemoryKind.MANAGED, "data", "data", 0);
    for (int launch = 0; launch < 12; launch++) {
      int touched = launch % 3;
      long start = 1000L * launch;
      told.access(launch, launch, "s" + touched, 0, BASE + touched * B, B, AccessKind.READ);
      told.kernel(launch, launch, "k", start, start + 300);
      told.kernel(launch, launch, "k", start + 400, start + 500);
    }
    PhaseProfile lap = told.finish().mainPhase().orElseThrow();
    assertThat(lap.schedule().shapes()).extracting(LaunchShape::meanNanos).containsOnly(400.0);
  }

  /**
   * However faults lie in the runs of kernels side by side, no launch waits longer than it runs.
   */
  @Property(tries = 200)
  void noLaunchStallsForLongerThanItRuns(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int streams) {
    ProfileFolder told = new ProfileFolder();
    told.allocation(0, BASE, 64 * B, 64 * B, MemoryKind.MANAGED, "data", "data", 0);
    long[] free = new long[streams];
    long[] ran = new long[streams];
    int launches = 1 + random.nextInt(200);
    for (int launch = 0; launch < launches; launch++) {
      int stream = random.nextInt(streams);
      long start = free[stream];
      long nanos = 1 + random.nextInt(1000);
      free[stream] = start + nanos;
      ran[stream] += nanos;
      // All of a launch's events at once: those of others come late, when it has been closed.
      told.access(launch, launch, "s" + stream, 0, BASE, B, AccessKind.READ);
      told.kernel(launch, launch, "k", start, start + nanos);
      for (int i = random.nextInt(20); i > 0; i--) {
        long from = start + random.nextLong(nanos);
        long to = from + random.nextLong(start + nanos - from + 1);
        long late = launch + random.nextInt(3);
        told.fault(late, Processor.GPU, FaultAccess.READ, BASE, 1, 0, from, to, launch);
      }
    }
    Profile profile = told.finish();
    assertThat(profile.totals().unattributed()).isZero();
    for (LaunchSiteProfile site : profile.sites()) {
      int stream = Integer.parseInt(site.label().substring(1));
      assertThat(site.run().totalNanos()).isEqualTo(ran[stream]);
      assertThat(site.stallNanos()).isLessThanOrEqualTo(ran[stream]);
    }
    for (PhaseProfile phase : profile.phases()) {
      for (LaunchShape shape : phase.schedule().shapes()) {
        assertThat(shape.meanStallNanos()).isLessThanOrEqualTo(shape.meanNanos());
      }
    }
  }

  /** A lap of one launch: each launch is a lap, and counts once however often it faults. */
  @Property(tries = 50)
  void aBlockFaultsInALapAtMostOnce(@ForAll @IntRange(min = 1, max = 5) int period) {
    Program program = new Program();
    program.allocate("data", BASE, 8);
    int laps = 20;
    for (int lap = 0; lap < laps; lap++) {
      for (int step = 0; step < period; step++) {
        long sequence = (long) lap * period + step;
        program.folder.access(
            ++program.time, sequence, "step" + step, step, BASE, 8 * B, AccessKind.READ);
        program.fault(sequence, BASE, program.time, program.time + 1);
        program.fault(sequence, BASE, program.time, program.time + 1);
        if (lap % 2 == 0) {
          program.fault(sequence, BASE + B, program.time, program.time + 1);
        }
        if (sequence > 0) {
          program.fault(sequence - 1, BASE + 2 * B, program.time, program.time + 1); // late
        }
      }
    }
    PhaseProfile phase = program.folder.finish().mainPhase().orElseThrow();
    Columns<BlockMeasure> blocks = phase.blocks().getFirst();
    assertThat(phase.schedule().length()).isEqualTo(period);
    assertThat(phase.laps()).isEqualTo(laps);
    assertThat(blocks.get(BlockMeasure.FAULT_LAPS, 0)).isEqualTo(phase.observedLaps());
    assertThat(blocks.get(BlockMeasure.FAULT_LAPS, 1))
        .isBetween(phase.observedLaps() / 2, Math.ceilDiv(phase.observedLaps(), 2));
    assertThat(blocks.get(BlockMeasure.FAULT_LAPS, 2)).isLessThanOrEqualTo(phase.observedLaps());
    assertThat(blocks.get(BlockMeasure.FAULT_LAPS, 3)).isZero();
  }

  /** Names decide, not the order in which constants are declared. */
  @Example
  void directionAndCauseNameTheMeasure() {
    for (Direction direction : Direction.values()) {
      for (TransferCause cause : TransferCause.values()) {
        String name = direction + "_" + cause;
        assertThat(BlockMeasure.transferred(direction, cause).name()).isEqualTo(name);
        assertThat(TimeMeasure.transferred(direction, cause).name()).isEqualTo(name);
      }
    }
  }
}
