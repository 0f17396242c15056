package io.spillway.profile;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** What a recording was made with and on, as a JFR event; once in every chunk. */
@Name(RecordingEvent.NAME)
@Label("Recording")
@Category("Spillway")
@Description("What the recording was made with and on")
@Period("beginChunk")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class RecordingEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Recording";

  /** The version of the events' form; one that is higher is not read. */
  public static final int FORM = 1;

  @Label("Form")
  @Description("Version of the events' form")
  private int form;

  @Label("Tool")
  private String tool = "";

  @Label("Missing")
  @Description("What is not recorded and why, empty if nothing")
  private String missing = "";

  @Label("Clock")
  @Description("Device time in nanoseconds when this event was written")
  private long clockNanos;

  @Label("Device")
  private String device = "";

  @Label("Simulated")
  private boolean simulated;

  @Label("Device Memory")
  @DataAmount
  private long deviceTotalBytes;

  @Label("Device Budget")
  @DataAmount
  private long budgetBytes;

  @Label("Link To Device")
  private double linkToDeviceBytesPerSecond;

  @Label("Link To Host")
  private double linkToHostBytesPerSecond;

  @Label("First Write-Back")
  private double firstWriteBackBytesPerSecond;

  @Label("Faults")
  private double faultBytesPerSecond;

  @Label("Read-Mostly Faults")
  private double readMostlyFaultBytesPerSecond;

  @Label("Zero-Copy")
  private double zeroCopyBytesPerSecond;

  @Label("Drop")
  private double dropBytesPerSecond;

  @Label("Writes To Read-Mostly")
  private double readMostlyWriteBytesPerSecond;

  @Label("Setting Read-Mostly")
  private double readMostlySetBytesPerSecond;

  @Label("Device Memory Rate")
  private double deviceBytesPerSecond;

  private RecordingEvent() {}

  /**
   * Writes one event if someone records.
   *
   * @param tool where the events come from, such as {@code cupti 13.0}
   * @param missing what is not recorded and why, empty if nothing
   * @param clockNanos device time now
   */
  public static void emit(String tool, String missing, MachineFigures machine, long clockNanos) {
    RecordingEvent event = new RecordingEvent();
    if (event.isEnabled()) {
      event.form = FORM;
      event.tool = tool;
      event.missing = missing;
      event.clockNanos = clockNanos;
      event.device = machine.device();
      event.simulated = machine.simulated();
      event.deviceTotalBytes = machine.deviceTotalBytes();
      event.budgetBytes = machine.budgetBytes();
      event.linkToDeviceBytesPerSecond = machine.linkToDeviceBytesPerSecond();
      event.linkToHostBytesPerSecond = machine.linkToHostBytesPerSecond();
      event.firstWriteBackBytesPerSecond = machine.firstWriteBackBytesPerSecond();
      event.faultBytesPerSecond = machine.faultBytesPerSecond();
      event.readMostlyFaultBytesPerSecond = machine.readMostlyFaultBytesPerSecond();
      event.zeroCopyBytesPerSecond = machine.zeroCopyBytesPerSecond();
      event.dropBytesPerSecond = machine.dropBytesPerSecond();
      event.readMostlyWriteBytesPerSecond = machine.readMostlyWriteBytesPerSecond();
      event.readMostlySetBytesPerSecond = machine.readMostlySetBytesPerSecond();
      event.deviceBytesPerSecond = machine.deviceBytesPerSecond();
      event.commit();
    }
  }
}
