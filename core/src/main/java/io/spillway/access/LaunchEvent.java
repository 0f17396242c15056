package io.spillway.access;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One intercepted kernel launch, as a JFR event; its accesses carry the same sequence number. */
@Name(LaunchEvent.NAME)
@Label("Kernel Launch")
@Category("Spillway")
@Description("A kernel that the program launched itself")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class LaunchEvent extends Event {

  /** The event's name in a recording. */
  public static final String NAME = "io.spillway.Launch";

  @Label("Launch")
  private String launch = "";

  @Label("Ordinal")
  private int ordinal;

  @Label("Sequence")
  private long sequence;

  @Label("Function")
  private String function = "";

  @Label("Grid")
  private String grid = "";

  @Label("Block")
  private String block = "";

  @Label("Stream")
  private long stream;

  @Label("Allocations")
  private int allocations;

  private LaunchEvent() {}

  /**
   * Writes one event if someone records.
   *
   * @param function the kernel's name
   * @param allocations how many live allocations its arguments point into
   */
  public static void emit(Launch launch, String function, Geometry geometry, int allocations) {
    LaunchEvent event = new LaunchEvent();
    if (event.isEnabled()) {
      event.launch = launch.label();
      event.ordinal = launch.ordinal();
      event.sequence = launch.sequence();
      event.function = function;
      event.grid = geometry.grid();
      event.block = geometry.block();
      event.stream = launch.stream().value();
      event.allocations = allocations;
      event.commit();
    }
  }

  /**
   * How many threads a launch has, in blocks of the grid and threads of a block.
   *
   * @param gridX blocks
   * @param gridY blocks
   * @param gridZ blocks
   * @param blockX threads
   * @param blockY threads
   * @param blockZ threads
   */
  public record Dimensions(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ) {

    /** The same in words. */
    public Geometry geometry() {
      return new Geometry(gridX + "x" + gridY + "x" + gridZ, blockX + "x" + blockY + "x" + blockZ);
    }
  }

  /**
   * Dimensions in the words of the event: made once for launches that are alike, as that takes
   * longer than all the rest of recording one.
   *
   * @param grid such as {@code 7x1x1}
   * @param block such as {@code 256x1x1}
   */
  public record Geometry(String grid, String block) {}
}
