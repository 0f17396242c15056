package io.spillway.access.ptx;

/** What an instruction that loads or stores can reach, by its state space and its address. */
final class Access {

  private Access() {}

  /** Whether it may be in a frame. */
  static boolean entersFrames(Space space, Origin address) {
    return switch (space) {
      case GENERIC -> address.frame != Origin.NO_FRAME;
      case LOCAL, PARAMETER -> true;
      case GLOBAL, SHARED, CONSTANT -> false;
    };
  }

  /** Whether it may be in memory that others see. */
  static boolean leavesFrames(Space space, Origin address) {
    return switch (space) {
      case GENERIC ->
          !address.local() || address.whole != 0 || (address.kinds & Origin.UNKNOWN) != 0;
      case GLOBAL -> true;
      case LOCAL, PARAMETER, SHARED, CONSTANT -> false;
    };
  }

  /**
   * Whether it may be where no parameter points.
   *
   * @param address where, in memory that others see
   */
  static boolean anywhere(Origin address) {
    boolean based = address.whole != 0 || address.local();
    boolean driver = (address.kinds & Origin.DRIVER) != 0;
    return (address.kinds & Origin.UNKNOWN) != 0 || !(based || driver);
  }
}
