package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A folded profile says what all the events say, in whatever order and pieces they come. */
class ProfileFolderProperties {

  private static Profile folded(List<Told> events, int window) {
    ProfileFolder folder = new ProfileFolder(window);
    events.forEach(event -> event.to(folder));
    return folder.finish();
  }

  @Property(tries = 300)
  void everyBlockIsAsWhoKeepsEverythingSays(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 300) int events) {
    List<Told> recording = Recordings.random(random, events);
    Profile profile = folded(recording, 16);
    NaiveProfile naive = new NaiveProfile(recording);
    assertThat(profile.allocations()).hasSize(naive.rows());
    for (AllocationProfile allocation : profile.allocations()) {
      int row = allocation.index();
      assertThat(allocation.instances()).isEqualTo(naive.instances(row));
      assertThat(allocation.kind()).isEqualTo(naive.kind(row));
      for (BlockMeasure measure : BlockMeasure.values()) {
        for (int block = 0; block < allocation.blocks().rows(); block++) {
          Long expected = naive.get(measure, row, block);
          if (expected != null) {
            assertThat(allocation.blocks().get(measure, block))
                .as("%s of block %d of allocation %d", measure, block, row)
                .isEqualTo(expected);
          }
        }
      }
    }
  }

  @Property(tries = 300)
  void whatIsOnTheDeviceInTheEndIsAsWhoKeepsEverythingSays(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 300) int events) {
    List<Told> recording = Recordings.random(random, events);
    Profile profile = folded(recording, 16);
    NaiveProfile naive = new NaiveProfile(recording);
    HeatMap heat = profile.timeline().heat();
    long[] expected = new long[heat.rows()];
    for (AllocationProfile allocation : profile.allocations()) {
      for (int block = 0; block < allocation.blocks().rows(); block++) {
        long bytes = naive.residentBytes(allocation.index(), block);
        if (bytes > 0) {
          expected[(int) ((allocation.firstBlock() + block) / heat.blocksPerRow())] += bytes;
        }
      }
    }
    for (int row = 0; row < heat.rows(); row++) {
      assertThat(heat.get(HeatMeasure.RESIDENT_BYTES, row, heat.bins() - 1))
          .as("row %d", row)
          .isEqualTo(expected[row]);
    }
  }

  @Property(tries = 200)
  void phasesAddUpToTheWhole(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 400) int events) {
    Profile profile = folded(Recordings.random(random, events), 16);
    assertThat(profile.phases().stream().mapToLong(PhaseProfile::launches).sum())
        .isEqualTo(profile.totals().launches());
    for (AllocationProfile allocation : profile.allocations()) {
      for (BlockMeasure measure : BlockMeasure.values()) {
        if (measure.name().contains("IN_LAP") || measure.name().startsWith("LAP_")) {
          continue; // of its own lap each
        }
        long ofPhases = measure.unset();
        for (PhaseProfile phase : profile.phases()) {
          ofPhases =
              measure
                  .combination()
                  .of(ofPhases, phase.blocks().get(allocation.index()).total(measure));
        }
        assertThat(allocation.blocks().total(measure)).as("%s", measure).isEqualTo(ofPhases);
      }
    }
  }

  @Property(tries = 200)
  void totalsAreSums(@ForAll Random random, @ForAll @IntRange(min = 1, max = 300) int events) {
    List<Told> recording = Recordings.random(random, events);
    Profile profile = folded(recording, 16);
    ProfileTotals totals = profile.totals();
    long in = 0;
    long out = 0;
    long gpuFaults = 0;
    long kernelNanos = 0;
    long kernels = 0;
    for (Told event : recording) {
      switch (event) {
        case Told.Moved moved when moved.direction() == Direction.TO_DEVICE -> in += moved.bytes();
        case Told.Moved moved -> out += moved.bytes();
        case Told.Faulted faulted when faulted.processor() == Processor.GPU ->
            gpuFaults += faulted.pages();
        case Told.Ran ran -> {
          kernels++;
          kernelNanos += ran.end() - ran.start();
        }
        default -> {}
      }
    }
    assertThat(totals.bytes(Direction.TO_DEVICE)).isEqualTo(in);
    assertThat(totals.bytes(Direction.TO_HOST)).isEqualTo(out);
    assertThat(totals.gpuFaults()).isEqualTo(gpuFaults);
    assertThat(totals.kernels()).isEqualTo(kernels);
    assertThat(totals.kernelNanos()).isEqualTo(kernelNanos);
    assertThat(totals.lateEvents()).isZero();
    assertThat(profile.sites().stream().mapToLong(site -> site.run().count()).sum())
        .isEqualTo(kernels);
    Columns<TimeMeasure> bins = profile.timeline().bins();
    if (profile.timeline().deviceTime()) {
      assertThat(bins.total(TimeMeasure.GPU_FAULTS)).isEqualTo(gpuFaults);
      assertThat(bins.total(TimeMeasure.KERNEL_NANOS)).isEqualTo(kernelNanos);
      long inBins = 0;
      for (TransferCause cause : TransferCause.values()) {
        inBins += bins.total(TimeMeasure.transferred(Direction.TO_DEVICE, cause));
      }
      assertThat(inBins).isEqualTo(in);
    }
  }

  /** Events of several threads come by the buffer; those of one in order. */
  @Property(tries = 200)
  void theOrderInWhichEventsComeDoesNotMatter(
      @ForAll Random random,
      @ForAll @IntRange(min = 1, max = 300) int events,
      @ForAll @IntRange(min = 3, max = 8) int windowBits) {
    List<Told> recording = Recordings.random(random, events);
    int window = 1 << windowBits;
    List<Told> shuffled = displaced(recording, window / 2, random);
    Profile profile = folded(shuffled, window);
    assertThat(profile.totals().lateEvents()).isZero();
    Profile inOrder = folded(recording, window);
    assertThat(profile).isEqualTo(inOrder).hasSameHashCodeAs(inOrder);
    assertThat(profile).isEqualTo(folded(recording, 2));
  }

  /** No event comes {@code most} or more places after one that is later. */
  private static List<Told> displaced(List<Told> events, int most, Random random) {
    record Placed(double at, Told event) {}
    List<Placed> placed = new ArrayList<>();
    for (Told event : events) {
      placed.add(new Placed(placed.size() + random.nextDouble() * (most - 1), event));
    }
    placed.sort(Comparator.comparingDouble(Placed::at));
    return placed.stream().map(Placed::event).toList();
  }

  @Property(tries = 100)
  void anotherRecordingIsAnotherProfile(@ForAll Random random) {
    List<Told> recording = Recordings.random(random, 100);
    Profile whole = folded(recording, 16);
    Told last =
        recording.stream().filter(event -> !(event instanceof Told.Allocated)).toList().getLast();
    List<Told> less = new ArrayList<>(recording);
    less.remove(last);
    assertThat(folded(less, 16)).isNotEqualTo(whole);
  }

  @Example
  void aFolderGivesOneProfile() {
    ProfileFolder folder = new ProfileFolder();
    assertThat(folder.finish().totals().events()).isZero();
    assertThatThrownBy(folder::finish).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new ProfileFolder(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3");
  }
}
