package io.spillway.advise.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Random hints, right or wrong, in a file or as plans in between, never change what a random
 * program computes on a device that holds a third of it.
 */
class HintedProgramProperties {

  private static final int ALLOCATIONS = 3;
  private static final int BLOCKS = 4;
  private static final long B = Blocks.BYTES;
  private static final int STRIDE = 64 * 1024;

  /**
   * A step of a program: some blocks of one allocation go into some of another, or the host writes.
   */
  record Step(int what, int from, int to, int first, int count, boolean told, byte salt) {}

  @Property(tries = 150)
  void hintsNeverChangeContents(
      @ForAll("programs") List<Step> program,
      @ForAll("hints") List<SiteHint> hints,
      @ForAll("plans") List<Integer> plans) {
    assertThat(run(program, hints, plans)).isEqualTo(run(program, List.of(), List.of()));
  }

  private static List<Long> run(List<Step> program, List<SiteHint> hints, List<Integer> plans) {
    try (SimulatedDriver driver =
            SimulatedDriver.builder(GpuModel.h200())
                .deviceBytes(ALLOCATIONS * BLOCKS * B / 3)
                .backed(true)
                .open();
        Spillway session =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(driver)
                    .deviceBudget("100%")
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB))
                    .background(Runnable::run)
                    .plugins(List.of(new HintsPlugin(hints)))
                    .build())) {
      List<Allocation> data = new ArrayList<>();
      for (int i = 0; i < ALLOCATIONS; i++) {
        data.add(session.allocate(BLOCKS * B, Placement.MANAGED, "data" + i));
      }
      for (int i = 0; i < program.size(); i++) {
        step(driver, session, data, program.get(i));
        if (i < plans.size()) {
          session.apply(plan(plans.get(i), data));
        }
      }
      List<Long> sums = new ArrayList<>();
      for (Allocation allocation : data) {
        CRC32C sum = new CRC32C();
        sum.update(allocation.segment().asByteBuffer());
        sums.add(sum.getValue());
      }
      data.forEach(Allocation::close);
      return sums;
    }
  }

  private static void step(
      SimulatedDriver driver, Spillway session, List<Allocation> data, Step step) {
    AddressRange from = part(data.get(step.from), step);
    AddressRange to = part(data.get(step.to), step);
    switch (step.what) {
      case 0 -> {
        driver.synchronize(StreamHandle.DEFAULT);
        driver.hostTouch(to, Access.write(to).kind());
        mix(driver.hostView(to), driver.hostView(to), step.salt);
      }
      case 1 -> {
        Launch launch = session.interception().launch("cuMemcpyDtoD@x", 0, StreamHandle.DEFAULT);
        if (step.told && step.from != step.to) {
          declare(session, launch, from, AccessKind.READ);
          declare(session, launch, to, AccessKind.WRITE);
        }
        if (step.from != step.to) {
          driver.copy(to, from.address(), StreamHandle.DEFAULT);
        }
        session.interception().issued(launch);
      }
      default -> {
        Launch launch = session.interception().launch("k" + step.what, 0, StreamHandle.DEFAULT);
        declare(session, launch, from, step.told ? AccessKind.READ : AccessKind.UNKNOWN);
        declare(session, launch, to, step.told ? AccessKind.READ_WRITE : AccessKind.UNKNOWN);
        driver.launch(
            SimulatedKernel.of("k", Access.read(from), Access.readWrite(to))
                .withBody(() -> mix(driver.contents(from), driver.contents(to), step.salt)),
            StreamHandle.DEFAULT);
        session.interception().issued(launch);
      }
    }
  }

  private static void declare(
      Spillway session, Launch launch, AddressRange range, AccessKind kind) {
    session.interception().declare(launch, List.of(new RangeAccess(range, kind)), true);
  }

  private static AddressRange part(Allocation allocation, Step step) {
    long first = Math.min(step.first, BLOCKS - 1);
    return allocation.range().slice(first * B, Math.min(step.count, BLOCKS - first) * B);
  }

  /** One byte in 64 KiB changes, with what is at its place in the other. */
  private static void mix(MemorySegment from, MemorySegment to, byte salt) {
    for (long at = 0; at < Math.min(from.byteSize(), to.byteSize()); at += STRIDE) {
      byte mixed =
          (byte)
              (31 * to.get(ValueLayout.JAVA_BYTE, at)
                  + 7 * from.get(ValueLayout.JAVA_BYTE, at)
                  + salt);
      to.set(ValueLayout.JAVA_BYTE, at, mixed);
    }
  }

  private static Plan plan(int number, List<Allocation> data) {
    AddressRange all = data.get(Math.floorMod(number, ALLOCATIONS)).range();
    int first = Math.floorMod(number / 3, BLOCKS);
    AddressRange range = all.slice(first * B, (BLOCKS - first) * B);
    Location location = number % 2 == 0 ? Location.HOST : Location.device(0);
    Hint hint =
        switch (Math.floorMod(number / 12, 10)) {
          case 0 -> new Hint.ReadMostly(range);
          case 1 -> new Hint.NotReadMostly(range);
          case 2 -> new Hint.Prefer(range, location);
          case 3 -> new Hint.PreferNowhere(range);
          case 4 -> new Hint.AccessedBy(range, location);
          case 5 -> new Hint.NotAccessedBy(range, location);
          case 6 -> new Hint.Fetch(range);
          case 7 -> new Hint.WriteBack(range);
          case 8 -> new Hint.Drop(range);
          default -> new Hint.Evict(range);
        };
    return Plan.of(hint);
  }

  @Provide
  Arbitrary<List<Step>> programs() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, ALLOCATIONS - 1),
            Arbitraries.integers().between(0, ALLOCATIONS - 1),
            Arbitraries.integers().between(0, BLOCKS - 1),
            Arbitraries.integers().between(1, BLOCKS),
            Arbitraries.of(true, false),
            Arbitraries.bytes())
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  @Provide
  Arbitrary<List<SiteHint>> hints() {
    return Combinators.combine(
            Arbitraries.integers().between(0, ALLOCATIONS - 1),
            Arbitraries.integers().between(0, BLOCKS - 1),
            Arbitraries.integers().between(1, BLOCKS),
            Arbitraries.of(Treatment.READ_MOSTLY, Treatment.ZERO_COPY, Treatment.PREFER_DEVICE),
            Arbitraries.of(Basis.values()),
            Arbitraries.of(List.of(), List.of("k2"), List.of("k3", "k4")))
        .as(
            (data, first, count, treatment, basis, labels) ->
                new SiteHint(
                    "random",
                    treatment,
                    "",
                    "data" + data,
                    false,
                    BLOCKS * B,
                    first * B,
                    Math.min(count, BLOCKS - first) * B,
                    labels.stream().map(String::valueOf).toList(),
                    basis,
                    "",
                    Saving.NONE))
        .list()
        .ofMaxSize(5);
  }

  @Provide
  Arbitrary<List<Integer>> plans() {
    return Arbitraries.integers().list().ofMaxSize(30);
  }
}
