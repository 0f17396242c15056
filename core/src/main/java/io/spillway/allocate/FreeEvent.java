package io.spillway.allocate;

import io.spillway.range.AddressRange;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * The end of an allocation, as a JFR event: written before the driver can give its addresses away.
 */
@Name(FreeEvent.NAME)
@Label("Free")
@Category("Spillway")
@Description("Memory is about to be freed; if the driver refuses, an allocation event follows")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class FreeEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Free";

  @Label("Address")
  private long address;

  @Label("Size")
  @DataAmount
  private long bytes;

  private FreeEvent() {}

  /** Writes one event if someone records. */
  static void emit(AddressRange range) {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    FreeEvent event = new FreeEvent();
    if (event.isEnabled()) {
      event.address = range.address();
      event.bytes = range.bytes();
      event.commit();
    }
  }
}
