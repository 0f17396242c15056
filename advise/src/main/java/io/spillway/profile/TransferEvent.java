package io.spillway.profile;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Bytes of managed memory that crossed the link, as a JFR event. */
@Name(TransferEvent.NAME)
@Label("Transfer")
@Category("Spillway")
@Description("Managed memory crossed the link")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class TransferEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Transfer";

  @Label("Direction")
  private String direction = "";

  @Label("Cause")
  private String cause = "";

  @Label("Address")
  private long address;

  @Label("Size")
  @DataAmount
  private long bytes;

  @Label("Start")
  @Description("Device time in nanoseconds")
  private long startNanos;

  @Label("End")
  @Description("Device time in nanoseconds")
  private long endNanos;

  @Label("Sequence")
  @Description("The launch it served, -1 if unknown")
  private long sequence;

  private TransferEvent() {}

  /** Whether someone records these events. */
  public static boolean recorded() {
    return new TransferEvent().isEnabled();
  }

  /**
   * Writes one event if someone records.
   *
   * @param address the first byte that moved
   * @param bytes how many moved
   * @param startNanos device time
   * @param endNanos device time
   * @param sequence the launch it served, -1 if unknown
   */
  public static void emit(
      Direction direction,
      TransferCause cause,
      long address,
      long bytes,
      long startNanos,
      long endNanos,
      long sequence) {
    TransferEvent event = new TransferEvent();
    if (event.isEnabled()) {
      event.direction = direction.name();
      event.cause = cause.name();
      event.address = address;
      event.bytes = bytes;
      event.startNanos = startNanos;
      event.endNanos = endNanos;
      event.sequence = sequence;
      event.commit();
    }
  }
}
