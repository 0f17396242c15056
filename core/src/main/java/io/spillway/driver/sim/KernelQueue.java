package io.spillway.driver.sim;

import io.spillway.driver.StreamHandle;
import java.util.ArrayList;
import java.util.List;

/** Kernels on the device, one after the other: each is taken to fill it. */
final class KernelQueue {

  private final Machine machine;
  private final AddressSpace addresses;
  private final FaultService faults;
  private long lastEnd;

  KernelQueue(Machine machine, AddressSpace addresses) {
    this.machine = machine;
    this.addresses = addresses;
    faults = new FaultService(machine);
  }

  /** The allocation of each access; refuses {@code call} if one is inside of none. */
  List<SimulatedAllocation> resolve(String call, SimulatedKernel kernel) {
    List<SimulatedAllocation> allocations = new ArrayList<>(kernel.accesses().size());
    for (Access access : kernel.accesses()) {
      allocations.add(addresses.containing(call, access.range()));
    }
    return allocations;
  }

  /** Runs a resolved kernel, not before {@code earliest}; returns when it ends. */
  long run(
      SimulatedKernel kernel,
      List<SimulatedAllocation> allocations,
      StreamHandle stream,
      long earliest) {
    double bytes = 0;
    for (Access access : kernel.accesses()) {
      double crossings = access.kind().crossings();
      bytes += crossings * access.range().bytes() * access.density() * access.passes();
    }
    KernelRun run = new KernelRun(machine, faults, bytes == 0 ? 0 : kernel.computeNanos() / bytes);
    long start = Math.max(earliest, lastEnd);
    machine.announcer.kernelBegins();
    lastEnd = run.run(kernel.accesses(), allocations, start, kernel.computeNanos());
    long stall = run.stallNanos(lastEnd - start, kernel.computeNanos());
    machine.tally.stallNanos += stall;
    machine.announcer.kernelEnds(kernel.name(), stream, start, lastEnd, stall);
    return lastEnd;
  }
}
