package io.spillway.driver.sim;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.driver.sim.AddressSpace.BlockPages;
import io.spillway.driver.sim.AddressSpace.Part;
import io.spillway.driver.sim.SimulationEvent.DropReason;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code cuMemAdvise}: {@code uvm_policy.c}. Policy is kept per block; advice on a part of a block
 * is advice on the block, where the driver would split it.
 */
final class PolicyChange {

  private final Machine machine;
  private final GpuModel model;

  PolicyChange(Machine machine) {
    this.machine = machine;
    model = machine.model;
  }

  /** Applies advice; returns the host time it takes. */
  long apply(List<Part> parts, Advice advice, Location location, long now) {
    double nanos = model.adviseFixedNanos();
    int blocks = 0;
    boolean readMostly = false;
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        BlockState block = touched.block();
        readMostly |= block.readMostly || !block.onHost.isEmpty();
        nanos += change(block, advice, location, now + Math.round(nanos));
        blocks++;
      }
    }
    boolean copies = advice == Advice.SET_READ_MOSTLY || advice == Advice.UNSET_READ_MOSTLY;
    if (copies && blocks == 1 && readMostly) {
      nanos += model.readMostlySingleBlockNanos();
    }
    return Math.round(nanos);
  }

  private double change(BlockState block, Advice advice, Location location, long now) {
    return switch (advice) {
      case SET_READ_MOSTLY -> {
        double revoking = revokeWrites(block);
        block.readMostly = true;
        block.remoteMapped = false;
        yield touched(block) ? model.adviseBlockNanos() + revoking : 0;
      }
      case UNSET_READ_MOSTLY -> {
        boolean was = block.readMostly;
        block.readMostly = false;
        if (was) {
          collapse(block, now);
        }
        yield touched(block) ? model.adviseBlockNanos() : 0;
      }
      case SET_PREFERRED_LOCATION -> {
        block.preferred = location;
        block.remoteMapped = false;
        yield 0;
      }
      case UNSET_PREFERRED_LOCATION -> {
        block.preferred = null;
        block.remoteMapped = false;
        yield 0;
      }
      case SET_ACCESSED_BY -> {
        Set<Location> more = new HashSet<>(block.accessedBy);
        more.add(location);
        block.accessedBy = Set.copyOf(more);
        yield 0;
      }
      case UNSET_ACCESSED_BY -> {
        Set<Location> fewer = new HashSet<>(block.accessedBy);
        fewer.remove(location);
        block.accessedBy = Set.copyOf(fewer);
        block.remoteMapped = false;
        yield 0;
      }
    };
  }

  private static boolean touched(BlockState block) {
    return !block.onHost.isEmpty() || !block.onDevice.isEmpty();
  }

  /** Takes away what still allows writes, where anything does. */
  private double revokeWrites(BlockState block) {
    boolean host = block.hostMapped || (block.movedOut && !block.onHost.isEmpty());
    boolean device = !block.readMostly && !block.onDevice.isEmpty();
    block.hostMapped = false;
    block.movedOut = false;
    return (host ? model.hostUnmapBlockNanos() : 0) + (device ? model.deviceRevokeBlockNanos() : 0);
  }

  /** One copy is left of each duplicated page: the preferred location's, else the device's. */
  private void collapse(BlockState block, long now) {
    PageSet duplicated = block.duplicated();
    if (duplicated.isEmpty()) {
      return;
    }
    if (block.prefersHost()) {
      machine.memory.drop(block, duplicated, DropReason.ADVICE, now);
    } else {
      block.onHost = block.onHost.minus(duplicated);
    }
  }
}
