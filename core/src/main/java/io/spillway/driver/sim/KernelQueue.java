package io.spillway.driver.sim;

import io.spillway.driver.StreamHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Kernels on the device, one after the other in the order of their launch, whatever their streams:
 * each is taken to fill it.
 */
final class KernelQueue {

  private final Machine machine;
  private final AddressSpace addresses;
  private final KernelRun run;

  /** Of the kernel being launched; kept, so that launching makes no garbage. */
  private final List<SimulatedAllocation> resolved = new ArrayList<>();

  private long lastEnd;

  KernelQueue(Machine machine, AddressSpace addresses) {
    this.machine = machine;
    this.addresses = addresses;
    run = new KernelRun(machine, new FaultService(machine));
  }

  /** Finds the allocations of a kernel; refuses {@code call} if an access is inside of none. */
  void resolve(String call, SimulatedKernel kernel) {
    resolved.clear();
    List<Access> accesses = kernel.accesses();
    for (int i = 0; i < accesses.size(); i++) {
      resolved.add(addresses.containing(call, accesses.get(i).range()));
    }
  }

  /** Runs the kernel resolved last, not before {@code earliest}; returns when it ends. */
  long run(SimulatedKernel kernel, StreamHandle stream, long earliest) {
    long start = Math.max(earliest, lastEnd);
    machine.announcer.kernelBegins();
    lastEnd = run.run(kernel.accesses(), resolved, start, kernel.computeNanos());
    long stall = run.stallNanos(lastEnd - start, kernel.computeNanos());
    machine.tally.stallNanos += stall;
    machine.announcer.kernelEnds(kernel.name(), stream, start, lastEnd, stall);
    return lastEnd;
  }
}
