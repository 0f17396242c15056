package io.spillway.profile;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The driver saw processors contend for a range, as a JFR event. */
@Name(ContentionEvent.NAME)
@Label("Contention")
@Category("Spillway")
@Description("Processors contended for managed memory")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class ContentionEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Contention";

  @Label("Kind")
  private String kind = "";

  @Label("Processor")
  private String processor = "";

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
  @Description("The launch that was running, -1 if unknown")
  private long sequence;

  private ContentionEvent() {}

  /** Whether someone records these events. */
  public static boolean recorded() {
    return new ContentionEvent().isEnabled();
  }

  /**
   * Writes one event if someone records.
   *
   * @param processor whose access it was
   * @param address the range's first byte
   * @param bytes the range's length
   * @param startNanos device time
   * @param endNanos device time; {@code startNanos} where it has no length
   * @param sequence the launch that was running, -1 if unknown
   */
  public static void emit(
      ContentionKind kind,
      Processor processor,
      long address,
      long bytes,
      long startNanos,
      long endNanos,
      long sequence) {
    ContentionEvent event = new ContentionEvent();
    if (event.isEnabled()) {
      event.kind = kind.name();
      event.processor = processor.name();
      event.address = address;
      event.bytes = bytes;
      event.startNanos = startNanos;
      event.endNanos = endNanos;
      event.sequence = sequence;
      event.commit();
    }
  }
}
