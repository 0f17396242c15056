package io.spillway.advise.replay;

import io.spillway.Allocation;
import io.spillway.Interception;
import io.spillway.Spillway;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.advise.InPlaceReads;
import io.spillway.advise.Prices;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Columns;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchShape;
import io.spillway.profile.LaunchSiteProfile;
import io.spillway.profile.Measure;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ScheduledAccess;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The recorded program as the simulator can run it: its allocations, its laps, its host's turns.
 */
final class ReplayedProgram implements AutoCloseable {

  /** Reads of one launch beyond which more change no decision. */
  private static final double MOST_PASSES = 64;

  private static final String FILL_CALL = "emset";

  private final Profile profile;
  private final SimulatedDriver driver;
  private final Interception session;
  private final Spillway spillway;
  private final ReplayScale scale;
  private final Map<Integer, Allocation> allocations = new HashMap<>();
  private final InPlaceReads reads;
  private @Nullable AddressRange staging;

  ReplayedProgram(Profile profile, SimulatedDriver driver, Spillway spillway, ReplayScale scale) {
    this.profile = profile;
    this.driver = driver;
    this.spillway = spillway;
    this.session = spillway.interception();
    this.scale = scale;
    this.reads = new InPlaceReads(profile, Prices.of(profile.recording().machine()));
  }

  /** What an allocation is called there. */
  static String label(int allocation) {
    return "allocation " + allocation;
  }

  /** Allocates what {@code phases} touch, and fills what the host or copies filled. */
  void allocateAndFill(List<PhaseProfile> phases) {
    long stagingBytes = 1;
    for (PhaseProfile phase : phases) {
      for (LaunchShape shape : phase.schedule().shapes()) {
        for (ScheduledAccess access : shape.accesses()) {
          allocations.computeIfAbsent(access.allocation(), this::allocate);
          AllocationProfile allocation = profile.allocations().get(access.allocation());
          stagingBytes = Math.max(stagingBytes, scale.bytes(access, allocation));
        }
      }
    }
    staging = driver.allocatePinned(stagingBytes);
    allocations.forEach(this::fill);
    driver.synchronize(StreamHandle.DEFAULT);
  }

  private Allocation allocate(int index) {
    Placement placement =
        ReplayScale.managed(profile, index) ? Placement.MANAGED : Placement.DEVICE;
    return spillway.allocate(
        scale.bytes(profile.allocations().get(index)), placement, label(index));
  }

  /** What a kernel wrote before any copy did, and no host touched, was born on the device. */
  private void fill(int index, Allocation allocation) {
    Columns<BlockMeasure> blocks = profile.allocations().get(index).blocks();
    boolean deviceBorn =
        blocks.total(BlockMeasure.FIRST_WRITE) != Measure.NEVER
            && blocks.total(BlockMeasure.COPY_WRITES) == 0
            && blocks.total(BlockMeasure.CPU_WRITE_FAULTS) == 0;
    if (allocation.managed() && !deviceBorn) {
      driver.hostTouch(allocation.range(), Access.write(allocation.range()).kind());
    }
  }

  /** Runs one lap of {@code phase}; its launches are enqueued when this returns. */
  void lap(PhaseProfile phase) {
    for (int step = 0; step < phase.schedule().length(); step++) {
      launch(phase, phase.schedule().step(step));
    }
    hostTurns(phase);
  }

  private void launch(PhaseProfile phase, LaunchShape shape) {
    LaunchSiteProfile site = profile.sites().get(shape.site());
    Launch launch = session.launch(site.label(), shape.ordinal(), StreamHandle.DEFAULT);
    List<RangeAccess> accesses = new ArrayList<>();
    for (ScheduledAccess access : shape.accesses()) {
      accesses.add(new RangeAccess(range(access), access.kind()));
    }
    session.declare(launch, accesses, true);
    if (site.kind() == LaunchKind.COPY && !site.label().contains(FILL_CALL)) {
      copy(shape);
    } else {
      kernel(phase, shape, site.label());
    }
    session.issued(launch);
  }

  private AddressRange range(ScheduledAccess access) {
    return allocation(access.allocation())
        .range()
        .slice(
            scale.offset(access),
            scale.bytes(access, profile.allocations().get(access.allocation())));
  }

  private Allocation allocation(int index) {
    Allocation allocation = allocations.get(index);
    if (allocation == null) {
      throw new IllegalStateException(label(index) + " was not made");
    }
    return allocation;
  }

  private void kernel(PhaseProfile phase, LaunchShape shape, String name) {
    double times = reads.timesRead(shape);
    int passes = Double.isInfinite(times) ? 1 : (int) Math.round(Math.clamp(times, 1, MOST_PASSES));
    List<Access> accesses = new ArrayList<>();
    for (ScheduledAccess access : shape.accesses()) {
      AddressRange range = range(access);
      Access once =
          switch (access.kind()) {
            case READ -> Access.read(range);
            case WRITE -> Access.write(range);
            case READ_WRITE -> Access.readWrite(range);
            case UNKNOWN -> mayWrite(phase, access) ? Access.readWrite(range) : Access.read(range);
          };
      accesses.add(new Access(range, once.kind(), passes, density(phase, access)));
    }
    driver.launch(SimulatedKernel.of(name, accesses.toArray(Access[]::new)), StreamHandle.DEFAULT);
  }

  /** Without faults on record everything might be written. */
  private static boolean mayWrite(PhaseProfile phase, ScheduledAccess access) {
    Columns<BlockMeasure> blocks = phase.blocks().get(access.allocation());
    return blocks.total(BlockMeasure.GPU_READ_FAULTS) == 0
        || blocks.total(BlockMeasure.GPU_WRITE_FAULTS) > 0
        || blocks.total(BlockMeasure.GPU_ATOMIC_FAULTS) > 0;
  }

  /** The part of what moved for it, of the blocks that moved at all. */
  private static double density(PhaseProfile phase, ScheduledAccess access) {
    Columns<BlockMeasure> blocks = phase.blocks().get(access.allocation());
    long parts = 0;
    long moved = 0;
    if (blocks.has(BlockMeasure.MOVED_PARTS)) {
      int last = (int) ((access.offset() + access.bytes() - 1) / Blocks.BYTES);
      for (int i = (int) (access.offset() / Blocks.BYTES); i <= last && i < blocks.rows(); i++) {
        int of = Long.bitCount(blocks.get(BlockMeasure.MOVED_PARTS, i));
        parts += of;
        moved += of > 0 ? Integer.SIZE : 0;
      }
    }
    return moved == 0 ? 1 : (double) parts / moved;
  }

  private void copy(LaunchShape shape) {
    AddressRange from = null;
    AddressRange to = null;
    for (ScheduledAccess access : shape.accesses()) {
      if (access.kind() == AccessKind.WRITE) {
        to = range(access);
      } else {
        from = range(access);
      }
    }
    AddressRange host = staging;
    if (host == null) {
      throw new IllegalStateException("nothing was allocated");
    }
    if (to != null) {
      long source = from != null && from.bytes() >= to.bytes() ? from.address() : host.address();
      driver.copy(to, source, StreamHandle.DEFAULT);
    } else if (from != null) {
      driver.copy(host.slice(0, from.bytes()), from.address(), StreamHandle.DEFAULT);
    }
  }

  /** Once a lap the host touches what it took turns on with the device, as it did then. */
  private void hostTurns(PhaseProfile phase) {
    allocations.forEach(
        (index, allocation) -> {
          Columns<BlockMeasure> blocks = phase.blocks().get(index);
          if (!allocation.managed() || !blocks.has(BlockMeasure.HOST_TURNS)) {
            return;
          }
          int rows = (int) (allocation.bytes() / Blocks.BYTES);
          for (int row = 0; row < rows; row++) {
            int recorded = Math.min(row * scale.factor(), blocks.rows() - 1);
            if (2 * blocks.get(BlockMeasure.HOST_TURNS, recorded) >= phase.observedLaps()
                && phase.observedLaps() > 0) {
              driver.synchronize(StreamHandle.DEFAULT);
              AddressRange block = allocation.range().slice(row * Blocks.BYTES, Blocks.BYTES);
              boolean writes = blocks.get(BlockMeasure.CPU_WRITE_FAULTS, recorded) > 0;
              driver.hostTouch(
                  block, (writes ? Access.readWrite(block) : Access.read(block)).kind());
            }
          }
        });
  }

  @Override
  public void close() {
    allocations.values().forEach(Allocation::close);
    AddressRange host = staging;
    if (host != null) {
      driver.free(host);
    }
  }
}
