package io.spillway.profile;

import org.jspecify.annotations.Nullable;

/** What became of the last launches, for device events that come after them. */
final class ClosedLaunches {

  /** Launches remembered: at 50,000 a second, those of the last second. */
  static final int REMEMBERED = 1 << 16;

  private final long[] sequences = new long[REMEMBERED];
  private final @Nullable SiteRow[] sites = new @Nullable SiteRow[REMEMBERED];
  private final @Nullable Shape[] shapes = new @Nullable Shape[REMEMBERED];
  private final @Nullable PhaseRow[] phases = new @Nullable PhaseRow[REMEMBERED];
  private final int[] positions = new int[REMEMBERED];
  private final long[] laps = new long[REMEMBERED];
  private final long[] stalledUntil = new long[REMEMBERED];
  private final FaultBatches batches = new FaultBatches(REMEMBERED);

  void add(OpenLaunch launch, SiteRow site, Shape shape, PhaseTable phaseTable) {
    int slot = (int) (launch.sequence() % REMEMBERED);
    sequences[slot] = launch.sequence();
    stalledUntil[slot] = launch.stalledUntil();
    batches.copy(slot, launch.batches(), 0);
    sites[slot] = site;
    shapes[slot] = shape;
    phases[slot] = phaseTable.current();
    positions[slot] = phaseTable.position();
    laps[slot] = phaseTable.lapNumber();
  }

  /** Where a launch is remembered, -1 if it is not. */
  int find(long sequence) {
    if (sequence < 0) {
      return -1;
    }
    int slot = (int) (sequence % REMEMBERED);
    return sequences[slot] == sequence && sites[slot] != null ? slot : -1;
  }

  /** A fault of a launch was served; gives the time in which none of it before was. */
  long stalled(int slot, long start, long end) {
    long nanos = Math.max(0, end - Math.max(start, stalledUntil[slot]));
    stalledUntil[slot] = Math.max(stalledUntil[slot], end);
    return nanos;
  }

  /** Fault batches, of each launch by its slot. */
  FaultBatches batches() {
    return batches;
  }

  @Nullable SiteRow site(int slot) {
    return sites[slot];
  }

  @Nullable Shape shape(int slot) {
    return shapes[slot];
  }

  @Nullable PhaseRow phase(int slot) {
    PhaseRow phase = phases[slot];
    return phase == null ? null : phase.root();
  }

  int position(int slot) {
    return positions[slot];
  }

  long lap(int slot) {
    return laps[slot];
  }
}
