package io.spillway.samples.profile;

import io.spillway.Allocation;
import io.spillway.LaunchScope;
import io.spillway.driver.StreamHandle;
import io.spillway.profile.FaultAccess;
import io.spillway.samples.device.Machine;
import io.spillway.samples.device.Parts;

/**
 * Kernels that touch some parts of their range, spread so that at most half of any part of a block
 * is touched: the driver then brings nothing that was not asked for, and every part that is touched
 * has to fault.
 */
enum KnownKernel {
  /** Reads every third part. */
  STRIDED_READER("read", 0, 3, FaultAccess.READ),
  /** Writes every other part. */
  ALTERNATE_WRITER("write", 1, 2, FaultAccess.WRITE),
  /** Adds to every fifth part. */
  ATOMIC_ADDER("add", 2, 5, FaultAccess.ATOMIC);

  /** Some value that is not what the memory is filled with. */
  private static final long VALUE = 41;

  private final String label;
  private final int first;
  private final int every;
  private final FaultAccess access;

  KnownKernel(String label, int first, int every, FaultAccess access) {
    this.label = label;
    this.first = first;
    this.every = every;
    this.access = access;
  }

  /** What its launch is declared as. */
  String label() {
    return label;
  }

  /** How its faults have to be reported. */
  FaultAccess access() {
    return access;
  }

  /** What it touches of {@code data}. */
  Parts parts(Allocation data) {
    return new Parts(data.range(), first, every);
  }

  /** Says on {@code scope} what it does. */
  void declare(LaunchScope scope, Allocation data) {
    switch (this) {
      case STRIDED_READER -> scope.reads(data);
      case ALTERNATE_WRITER -> scope.writes(data);
      case ATOMIC_ADDER -> scope.updates(data);
    }
  }

  void launch(Machine machine, Parts parts) {
    switch (this) {
      case STRIDED_READER -> machine.readParts(parts, StreamHandle.DEFAULT);
      case ALTERNATE_WRITER -> machine.writeParts(parts, VALUE, StreamHandle.DEFAULT);
      case ATOMIC_ADDER -> machine.addParts(parts, VALUE, StreamHandle.DEFAULT);
    }
  }
}
