package io.spillway.access;

import jdk.jfr.FlightRecorder;

/**
 * Whether events could be recorded. The first use of an event class starts a good part of the
 * flight recorder, which takes tens of milliseconds; who asks here first spares programs that
 * record nothing from it.
 */
public final class FlightRecording {

  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightRecording() {}

  /** False as long as nobody has started a recording in this process: one read. */
  public static boolean started() {
    return PRESENT && FlightRecorder.isInitialized();
  }
}
