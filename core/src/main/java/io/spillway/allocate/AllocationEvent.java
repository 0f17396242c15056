package io.spillway.allocate;

import io.spillway.access.ChunkEvents;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/**
 * An allocation, as a JFR event: written when it is made, and again for every live one at the start
 * of each chunk, so that a recording that begins late still names what is touched.
 */
@Name(AllocationEvent.NAME)
@Label("Allocation")
@Category("Spillway")
@Description("Memory was allocated, or is live at the start of a chunk")
@Period("beginChunk")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class AllocationEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Allocation";

  @Label("Address")
  private long address;

  @Label("Size")
  @Description("What the driver gave, which is whole blocks of managed memory")
  @DataAmount
  private long bytes;

  @Label("Requested Size")
  @DataAmount
  private long requestedBytes;

  @Label("Kind")
  private String kind = "";

  @Label("Site")
  private String site = "";

  @Label("Allocation Label")
  private String label = "";

  @Label("Ordinal")
  private long ordinal;

  private AllocationEvent() {}

  /**
   * Whether someone records these events. Where nobody started the flight recorder, this does not
   * either: that takes 150 ms.
   */
  static boolean recorded() {
    return FlightRecorder.isInitialized() && new AllocationEvent().isEnabled();
  }

  /** Has the live allocations told at the start of each JFR chunk, until that is closed. */
  public static ChunkEvents inEachChunk(Ledger ledger) {
    return ChunkEvents.begin(AllocationEvent.class, () -> emitLive(ledger));
  }

  private static void emitLive(Ledger ledger) {
    for (LiveAllocation allocation : ledger.snapshot()) {
      if (allocation.isLive()) { // freed since the snapshot: its end is told already
        emit(allocation);
      }
    }
  }

  /** Writes one event if someone records; costs about a nanosecond if nobody does. */
  static void emit(LiveAllocation allocation) {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    AllocationEvent event = new AllocationEvent();
    if (event.isEnabled()) {
      event.address = allocation.range().address();
      event.bytes = allocation.range().bytes();
      event.requestedBytes = allocation.requestedBytes();
      event.kind = allocation.kind().name();
      event.site = allocation.site();
      event.label = allocation.label();
      event.ordinal = allocation.ordinal();
      event.commit();
    }
  }
}
