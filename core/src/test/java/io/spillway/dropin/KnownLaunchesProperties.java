package io.spillway.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.access.LaunchEvent;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.Allocator;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class KnownLaunchesProperties {

  private static final int ALLOCATIONS = 6;

  /** A launch, by the numbers of its allocations. */
  record Made(int name, int grid, List<Integer> allocations) {}

  private final Lane lane = Lane.closed(new Notices(DropinSettings.Log.OFF));
  private final LaunchSites.Site site = new LaunchSites().of("kernel");
  private final Dropin dropin = new Dropin(DropinSettings.standard(), false);

  private static final List<LiveAllocation> ONE_RUN = allocations();
  private static final List<LiveAllocation> NEXT_RUN = allocations();

  /** Of the same addresses and ordinals each time, but never the same. */
  private static List<LiveAllocation> allocations() {
    List<LiveAllocation> all = new ArrayList<>();
    try (SimulatedDriver driver = SimulatedDriver.open(GpuModel.h200())) {
      Allocator allocator =
          Allocator.builder(driver).hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB)).build();
      for (int i = 1; i <= ALLOCATIONS; i++) {
        AddressRange range = new AddressRange(i * ByteSize.GIB, 100);
        all.add(allocator.adopt(range, MemoryKind.DEVICE));
      }
    }
    return all;
  }

  private TouchedAllocations touched(List<LiveAllocation> all, Made made) {
    TouchedAllocations touched = new TouchedAllocations(dropin);
    made.allocations().forEach(i -> touched.add(new Dropin.Found(lane, all.get(i))));
    return touched;
  }

  private static LaunchEvent.Dimensions dimensions(Made made) {
    return new LaunchEvent.Dimensions(made.grid(), 1, 1, 32, 1, 1);
  }

  private KnownLaunch launch(List<LiveAllocation> all, Made made) {
    String name = "kernel" + made.name();
    return KnownLaunch.kernel(name, dimensions(made), touched(all, made), site);
  }

  /** Equal, but never the same object: names come from the program. */
  @SuppressWarnings("StringOperationCanBeSimplified")
  private KnownLaunch find(KnownLaunches known, List<LiveAllocation> all, Made made) {
    return known.find(new String("kernel" + made.name()), dimensions(made), touched(all, made));
  }

  @Property
  void whatIsFoundIsExactlyAlike(
      @ForAll @Size(max = 200) List<@From("made") Made> kept, @ForAll("made") Made sought) {
    List<LiveAllocation> all = ONE_RUN;
    KnownLaunches known = new KnownLaunches();
    Map<Made, KnownLaunch> naive = new LinkedHashMap<>();
    for (Made made : kept) {
      KnownLaunch launch = launch(all, made);
      known.keep(launch, touched(all, made));
      naive.put(made, launch);
      // The last one is there whatever it pushed out.
      assertThat(find(known, all, made)).isSameAs(launch);
    }
    KnownLaunch found = find(known, all, sought);
    if (found != null) {
      assertThat(found).isSameAs(naive.get(sought));
    }
    if (!sought.allocations().isEmpty()) {
      assertThat(find(known, NEXT_RUN, sought)).as("other allocations").isNull();
    }
  }

  @Property
  void whatIsForgottenIsTheSameInTheNextRun(
      @ForAll @Size(max = 200) List<@From("made") Made> kept) {
    KnownLaunches first = new KnownLaunches();
    KnownLaunches second = new KnownLaunches();
    for (Made made : kept) {
      first.keep(launch(ONE_RUN, made), touched(ONE_RUN, made));
      second.keep(launch(NEXT_RUN, made), touched(NEXT_RUN, made));
    }
    for (Made made : kept) {
      assertThat(find(first, ONE_RUN, made) == null)
          .isEqualTo(find(second, NEXT_RUN, made) == null);
    }
  }

  @Property
  void aKernelsAccessesAreItsAllocationsInOrder(@ForAll("made") Made made) {
    List<LiveAllocation> all = ONE_RUN;
    KnownLaunch launch = launch(all, made);
    assertThat(launch.accesses())
        .isEqualTo(
            made.allocations().stream()
                .map(i -> new RangeAccess(all.get(i).range(), AccessKind.UNKNOWN))
                .toList());
    assertThat(launch.geometry())
        .isEqualTo(new LaunchEvent.Geometry(made.grid() + "x1x1", "32x1x1"));
  }

  @Provide
  Arbitrary<Made> made() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers()
                .between(0, ALLOCATIONS - 1)
                .list()
                .uniqueElements()
                .ofMaxSize(ALLOCATIONS))
        .as(Made::new);
  }
}
