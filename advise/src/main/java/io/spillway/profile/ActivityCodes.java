package io.spillway.profile;

import io.spillway.profile.cupti.MemoryActivity;

/** The flags of CUPTI's memory counters in this package's words; cupti_activity.h 13.0. */
final class ActivityCodes {

  private ActivityCodes() {}

  /** {@code CUpti_ActivityUnifiedMemoryAccessType} of a fault. */
  static FaultAccess access(MemoryActivity fault) {
    return switch (fault.flags()) {
      case 1 -> FaultAccess.READ;
      case 2 -> FaultAccess.WRITE;
      case 3 -> FaultAccess.ATOMIC;
      case 4 -> FaultAccess.PREFETCH;
      default -> FaultAccess.UNKNOWN;
    };
  }

  /** {@code CUpti_ActivityUnifiedMemoryMigrationCause} of a transfer. */
  static TransferCause cause(MemoryActivity transfer) {
    return switch (transfer.flags()) {
      case 1 -> TransferCause.USER;
      case 2 -> TransferCause.COHERENCE;
      case 3 -> TransferCause.PREFETCH;
      case 4 -> TransferCause.EVICTION;
      case 5 -> TransferCause.ACCESS_COUNTERS;
      default -> TransferCause.UNKNOWN;
    };
  }

  /** Whom to ask for the launch that something belongs to. */
  enum Owner {
    /** A launch that was running, and touches the address. */
    RUNNING_AND_TOUCHING,
    /** A launch that was running; the address is somebody else's. */
    RUNNING,
    /** The last launch to begin before: the host was at work. */
    LAST_BEGUN,
    /** No launch: the program asked, or the host touched. */
    NOBODY
  }

  static Owner owner(MemoryActivity activity) {
    return switch (activity.counter()) {
      case GPU_FAULT, THRASHING, THROTTLING, REMOTE_MAP -> Owner.RUNNING_AND_TOUCHING;
      case CPU_FAULT -> Owner.LAST_BEGUN;
      case TRANSFER_TO_DEVICE ->
          cause(activity) == TransferCause.USER ? Owner.NOBODY : Owner.RUNNING_AND_TOUCHING;
      case TRANSFER_TO_HOST ->
          cause(activity) == TransferCause.EVICTION ? Owner.RUNNING : Owner.NOBODY;
      case TRANSFER_BETWEEN_DEVICES -> Owner.NOBODY;
    };
  }
}
