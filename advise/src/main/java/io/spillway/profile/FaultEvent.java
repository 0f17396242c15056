package io.spillway.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Page faults on managed memory that were served together, as a JFR event. */
@Name(FaultEvent.NAME)
@Label("Page Fault")
@Category("Spillway")
@Description("Managed memory was touched where it was not")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class FaultEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Fault";

  @Label("Processor")
  private String processor = "";

  @Label("Access")
  private String access = "";

  @Label("Address")
  private long address;

  @Label("Pages")
  @Description("Faults served together, several of one page counted each")
  private long pages;

  @Label("Parts")
  @Description("Which 64 KiB of the 2 MiB around the address, a bit each; 0 if that is not known")
  private int parts;

  @Label("Start")
  @Description("Device time in nanoseconds")
  private long startNanos;

  @Label("End")
  @Description("Device time in nanoseconds")
  private long endNanos;

  @Label("Sequence")
  @Description("The launch that faulted, or the last to begin before a host fault; -1 if unknown")
  private long sequence;

  private FaultEvent() {}

  /** Whether someone records these events. */
  public static boolean recorded() {
    return new FaultEvent().isEnabled();
  }

  /**
   * Writes one event if someone records.
   *
   * @param address the page that is reported, which the others lie behind
   * @param pages how many faults were served together, several of one page counted each
   * @param startNanos device time
   * @param endNanos device time when it was served; {@code startNanos} if that is not known
   * @param sequence of a device fault the launch that made it, of a host fault the last launch that
   *     began before; -1 if unknown
   */
  public static void emit(
      Processor processor,
      FaultAccess access,
      long address,
      long pages,
      long startNanos,
      long endNanos,
      long sequence) {
    emit(processor, access, address, pages, 0, startNanos, endNanos, sequence);
  }

  /**
   * Writes one event if someone records, where it is known which parts faulted.
   *
   * @param parts which 64 KiB parts of the 2 MiB block that {@code address} lies in: bit i is the
   *     i-th; 0 if only the one of {@code address} is known
   */
  public static void emit(
      Processor processor,
      FaultAccess access,
      long address,
      long pages,
      int parts,
      long startNanos,
      long endNanos,
      long sequence) {
    FaultEvent event = new FaultEvent();
    if (event.isEnabled()) {
      event.processor = processor.name();
      event.access = access.name();
      event.address = address;
      event.pages = pages;
      event.parts = parts;
      event.startNanos = startNanos;
      event.endNanos = endNanos;
      event.sequence = sequence;
      event.commit();
    }
  }
}
