package io.spillway.driver;

/**
 * Where memory can live, or who accesses it: a GPU, the host, or one of the host's NUMA nodes.
 *
 * <p>Mirrors {@code CUmemLocation} of cuda.h.
 */
public sealed interface Location {

  /** The host, whichever node the driver picks. */
  Location HOST = new Host();

  /** The GPU with the given CUDA ordinal. */
  static Location device(int ordinal) {
    return new Device(ordinal);
  }

  /**
   * A GPU.
   *
   * @param ordinal its CUDA device ordinal, from 0
   */
  record Device(int ordinal) implements Location {
    /** Refuses negative ordinals, which cuda.h uses for the host. */
    public Device {
      if (ordinal < 0) {
        throw new IllegalArgumentException("device ordinal " + ordinal + ": must not be negative");
      }
    }
  }

  /** The host. */
  record Host() implements Location {}

  /**
   * One NUMA node of the host; needs {@link Capability#HOST_NUMA_LOCATION}.
   *
   * @param node the node's id
   */
  record HostNode(int node) implements Location {
    /** Refuses negative node ids. */
    public HostNode {
      if (node < 0) {
        throw new IllegalArgumentException("NUMA node " + node + ": must not be negative");
      }
    }
  }
}
