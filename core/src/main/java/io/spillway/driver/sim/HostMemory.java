package io.spillway.driver.sim;

import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.driver.sim.AddressSpace.BlockPages;
import io.spillway.driver.sim.AddressSpace.Part;
import java.util.List;

/**
 * The host's memory: pinned allocations, and pages that hold or once held managed memory.
 *
 * <p>Explicit calls beyond it are refused. Faults and evictions are not, where a real host would
 * end processes: {@link SimulationCounters#hostPageBytes} shows how much they took.
 */
final class HostMemory {

  private final long bytes;
  private final Tally tally;
  private long pinnedBytes;

  HostMemory(long bytes, Tally tally) {
    this.bytes = bytes;
    this.tally = tally;
  }

  /** Takes pinned memory; false if there is not enough. */
  boolean takePinned(long wanted) {
    if (wanted > room()) {
      return false;
    }
    pinnedBytes += wanted;
    return true;
  }

  void givePinned(long given) {
    pinnedBytes -= given;
  }

  /** Refuses {@code call} unless the host pages that {@code parts} lack fit. */
  void require(String call, List<Part> parts) {
    long room = room();
    for (Part part : parts) {
      for (BlockPages touched : part.blocks()) {
        room -= touched.pages().minus(touched.block().hostPages).bytes();
      }
      if (room < 0) {
        throw new OutOfDeviceMemoryException(call, part.range().address(), part.range().bytes());
      }
    }
  }

  private long room() {
    return bytes - pinnedBytes - tally.hostPageBytes;
  }
}
