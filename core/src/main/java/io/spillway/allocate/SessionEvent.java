package io.spillway.allocate;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A session was opened, as a JFR event: launches are numbered from 0 again. */
@Name(SessionEvent.NAME)
@Label("Session")
@Category("Spillway")
@Description("A session was opened; launches are numbered from 0 in each")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class SessionEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Session";

  @Label("Device Budget")
  @DataAmount
  private long budgetBytes;

  private SessionEvent() {}

  /**
   * Writes one event if someone records.
   *
   * @param budgetBytes the session's device budget
   */
  public static void emit(long budgetBytes) {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    SessionEvent event = new SessionEvent();
    if (event.isEnabled()) {
      event.budgetBytes = budgetBytes;
      event.commit();
    }
  }
}
