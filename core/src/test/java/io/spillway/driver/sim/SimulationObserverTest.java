package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.SimulationEvent.Cause;
import io.spillway.driver.sim.SimulationEvent.Direction;
import io.spillway.driver.sim.SimulationEvent.Drop;
import io.spillway.driver.sim.SimulationEvent.DropReason;
import io.spillway.driver.sim.SimulationEvent.Fault;
import io.spillway.driver.sim.SimulationEvent.Kernel;
import io.spillway.driver.sim.SimulationEvent.Processor;
import io.spillway.driver.sim.SimulationEvent.RemoteMap;
import io.spillway.driver.sim.SimulationEvent.Transfer;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What an observer is told, on a device of eight blocks, is what the counters count. */
class SimulationObserverTest {

  private static final long BLOCK = Blocks.BYTES;
  private static final Location GPU = Location.device(0);
  private static final StreamHandle STREAM = StreamHandle.DEFAULT;

  private final List<SimulationEvent> events = new ArrayList<>();
  private final SimulatedDriver driver = open(events);

  private static SimulatedDriver open(List<SimulationEvent> events) {
    return SimulatedDriver.builder(GpuModel.h200())
        .deviceBytes(8 * BLOCK)
        .observer(events::add)
        .open();
  }

  private AddressRange filled(int blocks) {
    AddressRange range = driver.allocateManaged(blocks * BLOCK);
    driver.hostTouch(range, TouchKind.WRITE);
    events.clear();
    return range;
  }

  private <T extends SimulationEvent> List<T> events(Class<T> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private void launch(TouchKind kind, AddressRange range) {
    Access access = new Access(range, kind, 1, 1);
    driver.launch(SimulatedKernel.of("touch", access), STREAM);
  }

  @Test
  void theHostsFirstTouchIsAFaultOfEachBlock() {
    AddressRange range = driver.allocateManaged(BLOCK + 3 * PageSet.PAGE_BYTES);
    driver.hostTouch(range, TouchKind.WRITE);
    List<Fault> faults = events(Fault.class);
    assertThat(faults).hasSize(2);
    Fault last = faults.getLast();
    assertThat(last.processor()).isEqualTo(Processor.HOST);
    assertThat(last.kind()).isEqualTo(TouchKind.WRITE);
    assertThat(last.address()).isEqualTo(range.address() + BLOCK);
    assertThat(last.parts()).isEqualTo(1);
    assertThat(last.pages()).isEqualTo(3);
    assertThat(last.kernel()).isEqualTo(-1);
    assertThat(last.startNanos()).isGreaterThanOrEqualTo(faults.getFirst().endNanos());
  }

  @Test
  void aFaultingKernelTellsWhatFaultedWhatWasAddedAndThatItWaited() {
    AddressRange range = filled(1);
    launch(TouchKind.ATOMIC, range.slice(5 * PageSet.PAGE_BYTES, PageSet.PAGE_BYTES));
    Fault fault = events(Fault.class).getFirst();
    assertThat(fault.processor()).isEqualTo(Processor.DEVICE);
    assertThat(fault.kind()).isEqualTo(TouchKind.ATOMIC);
    assertThat(fault.address()).isEqualTo(range.address() + 5 * PageSet.PAGE_BYTES);
    assertThat(fault.pages()).isEqualTo(1);
    assertThat(fault.parts()).isEqualTo(1);
    assertThat(events(Transfer.class))
        .extracting(Transfer::cause, Transfer::address, Transfer::bytes, Transfer::kernel)
        .containsExactly(
            tuple(Cause.FAULT, range.address() + 5 * PageSet.PAGE_BYTES, PageSet.PAGE_BYTES, 0L),
            tuple(Cause.TREE_PREFETCH, range.address(), 15 * PageSet.PAGE_BYTES, 0L));
    Kernel kernel = events(Kernel.class).getFirst();
    assertThat(kernel.ordinal()).isZero();
    assertThat(kernel.name()).isEqualTo("touch");
    assertThat(kernel.startNanos()).isLessThanOrEqualTo(fault.startNanos());
    assertThat(kernel.endNanos()).isGreaterThanOrEqualTo(fault.endNanos());
    assertThat(kernel.stallNanos())
        .isBetween(fault.endNanos() - fault.startNanos(), kernel.endNanos() - kernel.startNanos());
    assertThat(driver.counters().stallNanos()).isEqualTo(kernel.stallNanos());
  }

  @Test
  void aKernelWithAllItsDataStallsNotAtAll() {
    AddressRange range = driver.allocateDevice(4 * BLOCK);
    driver.launch(SimulatedKernel.of("warm", Access.read(range, 3)), STREAM);
    driver.launch(
        SimulatedKernel.of("slow", Access.readWrite(range)).withComputeNanos(1_000_000), STREAM);
    assertThat(events(Kernel.class)).extracting(Kernel::ordinal).containsExactly(0L, 1L);
    assertThat(events(Kernel.class))
        .allSatisfy(kernel -> assertThat(kernel.stallNanos()).isLessThanOrEqualTo(1000));
    assertThat(events(Fault.class)).isEmpty();
  }

  @Test
  void prefetchesAreToldBlockByBlockInOrder() {
    AddressRange range = filled(3);
    driver.prefetch(range, GPU, STREAM);
    driver.synchronize(STREAM);
    List<Transfer> transfers = events(Transfer.class);
    assertThat(transfers)
        .extracting(Transfer::address)
        .containsExactly(range.address(), range.address() + BLOCK, range.address() + 2 * BLOCK);
    long from = 0;
    for (Transfer transfer : transfers) {
      assertThat(transfer.cause()).isEqualTo(Cause.PREFETCH);
      assertThat(transfer.direction()).isEqualTo(Direction.TO_DEVICE);
      assertThat(transfer.bytes()).isEqualTo(BLOCK);
      assertThat(transfer.startNanos()).isGreaterThanOrEqualTo(from);
      assertThat(transfer.endNanos()).isGreaterThan(transfer.startNanos());
      from = transfer.endNanos();
    }
    assertThat(from).isEqualTo(driver.clock().nanoTime());
  }

  @Test
  void evictionsAreTransfersOrDrops() {
    AddressRange range = filled(8);
    driver.advise(range.slice(0, BLOCK), Advice.SET_READ_MOSTLY, GPU);
    driver.prefetch(range, GPU, STREAM);
    driver.discard(List.of(range.slice(BLOCK, BLOCK)), driver.createStream());
    AddressRange more = driver.allocateManaged(3 * BLOCK);
    events.clear();
    launch(TouchKind.WRITE, more);
    // The discarded block goes first, then the oldest, of which the host has a copy, then one with
    // a copy out.
    assertThat(events(Drop.class))
        .extracting(Drop::address, Drop::reason, Drop::bytes)
        .containsExactly(
            tuple(range.address() + BLOCK, DropReason.DISCARDED, BLOCK),
            tuple(range.address(), DropReason.EVICTED_DUPLICATE, BLOCK));
    assertThat(events(Transfer.class))
        .extracting(Transfer::address, Transfer::cause, Transfer::direction)
        .containsExactly(tuple(range.address() + 2 * BLOCK, Cause.EVICTION, Direction.TO_HOST));
  }

  @Test
  void adviceThatEndsReadMostlyDropsAndMappingInPlaceIsTold() {
    AddressRange range = filled(2);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    driver.prefetch(range, GPU, STREAM);
    events.clear();
    driver.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
    assertThat(events(Drop.class))
        .extracting(Drop::reason)
        .containsExactly(DropReason.ADVICE, DropReason.ADVICE);
    launch(TouchKind.READ, range);
    assertThat(events(RemoteMap.class)).hasSize(2);
    assertThat(events(Fault.class)).hasSize(2);
    assertThat(events(Transfer.class)).isEmpty();
  }

  /** Whatever happens, the bytes and faults told add up to those counted. */
  @Property(tries = 40)
  void whatIsToldAddsUpToWhatIsCounted(@ForAll long seed) {
    List<SimulationEvent> told = new ArrayList<>();
    RandomWalk walk = new RandomWalk(open(told), seed);
    for (int i = 0; i < 60; i++) {
      walk.step();
    }
    SimulationCounters counters = walk.driver.counters();
    assertThat(bytes(told, Direction.TO_DEVICE, Cause.FAULT, Cause.TREE_PREFETCH))
        .isEqualTo(counters.faultBytesIn());
    assertThat(bytes(told, Direction.TO_DEVICE, Cause.PREFETCH))
        .isEqualTo(counters.prefetchBytesIn());
    assertThat(bytes(told, Direction.TO_HOST, Cause.FAULT)).isEqualTo(counters.faultBytesOut());
    assertThat(bytes(told, Direction.TO_HOST, Cause.PREFETCH))
        .isEqualTo(counters.prefetchBytesOut());
    assertThat(bytes(told, Direction.TO_HOST, Cause.EVICTION))
        .isEqualTo(counters.evictionBytesOut());
    long dropped = 0;
    long stalled = 0;
    for (SimulationEvent event : told) {
      assertThat(event.endNanos()).isGreaterThanOrEqualTo(event.startNanos());
      dropped += event instanceof Drop drop ? drop.bytes() : 0;
      stalled += event instanceof Kernel kernel ? kernel.stallNanos() : 0;
    }
    assertThat(dropped).isEqualTo(counters.droppedBytes());
    assertThat(stalled).isEqualTo(counters.stallNanos());
  }

  private static long bytes(List<SimulationEvent> told, Direction direction, Cause... causes) {
    long bytes = 0;
    for (SimulationEvent event : told) {
      if (event instanceof Transfer transfer
          && transfer.direction() == direction
          && List.of(causes).contains(transfer.cause())) {
        bytes += transfer.bytes();
      }
    }
    return bytes;
  }

  /** Being watched changes nothing. */
  @Property(tries = 15)
  void timesAndCountsAreThoseOfAnUnobservedMachine(@ForAll long seed) {
    RandomWalk watched = new RandomWalk(open(new ArrayList<>()), seed);
    RandomWalk alone =
        new RandomWalk(
            SimulatedDriver.builder(GpuModel.h200()).deviceBytes(8 * BLOCK).open(), seed);
    for (int i = 0; i < 60; i++) {
      watched.step();
      alone.step();
    }
    assertThat(watched.driver.counters()).isEqualTo(alone.driver.counters());
    assertThat(watched.driver.clock().nanoTime()).isEqualTo(alone.driver.clock().nanoTime());
  }
}
