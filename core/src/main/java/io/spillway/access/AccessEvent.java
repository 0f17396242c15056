package io.spillway.access;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One range touched by one launch, as a JFR event: what a profile is made of. */
@Name(AccessEvent.NAME)
@Label("Device Access")
@Category("Spillway")
@Description("A launch touches a range of an allocation")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class AccessEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Access";

  @Label("Launch")
  private String launch = "";

  @Label("Ordinal")
  private int ordinal;

  @Label("Sequence")
  private long sequence;

  @Label("Address")
  private long address;

  @Label("Size")
  @DataAmount
  private long bytes;

  @Label("Kind")
  private String kind = "";

  private AccessEvent() {}

  /** Whether someone records these events. */
  public static boolean recorded() {
    return new AccessEvent().isEnabled();
  }

  /** Writes one event if someone records; costs about a nanosecond if nobody does. */
  public static void emit(Launch launch, RangeAccess access) {
    AccessEvent event = new AccessEvent();
    if (event.isEnabled()) {
      event.launch = launch.label();
      event.ordinal = launch.ordinal();
      event.sequence = launch.sequence();
      event.address = access.range().address();
      event.bytes = access.range().bytes();
      event.kind = access.kind().name();
      event.commit();
    }
  }
}
