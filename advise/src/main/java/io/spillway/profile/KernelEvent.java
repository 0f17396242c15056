package io.spillway.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** When a launch ran on the device, as a JFR event. */
@Name(KernelEvent.NAME)
@Label("Kernel Run")
@Category("Spillway")
@Description("A kernel ran on the device")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class KernelEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Kernel";

  @Label("Sequence")
  @Description("The launch's number, -1 if unknown")
  private long sequence;

  @Label("Correlation")
  private long correlation;

  @Label("Function")
  private String function = "";

  @Label("Start")
  @Description("Device time in nanoseconds")
  private long startNanos;

  @Label("End")
  @Description("Device time in nanoseconds")
  private long endNanos;

  @Label("Stream")
  private long stream;

  private KernelEvent() {}

  /** Whether someone records these events. */
  public static boolean recorded() {
    return new KernelEvent().isEnabled();
  }

  /**
   * Writes one event if someone records.
   *
   * @param sequence the launch's number in its session, -1 if unknown
   * @param correlation the tool's own number of the launch, 0 if it has none
   * @param function the kernel's name
   * @param startNanos device time
   * @param endNanos device time
   * @param stream the tool's number of the stream
   */
  public static void emit(
      long sequence,
      long correlation,
      String function,
      long startNanos,
      long endNanos,
      long stream) {
    KernelEvent event = new KernelEvent();
    if (event.isEnabled()) {
      event.sequence = sequence;
      event.correlation = correlation;
      event.function = function;
      event.startNanos = startNanos;
      event.endNanos = endNanos;
      event.stream = stream;
      event.commit();
    }
  }
}
