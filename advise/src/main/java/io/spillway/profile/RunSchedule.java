package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a recorded run launched, in order, named so that the next run's launches can be told by it:
 * what came before the laps, and one lap; or, where nothing repeats, everything. Immutable, and
 * equal to another by content.
 *
 * <p>A launch is known by its site and by where what it touches begins, as the predictor knows it;
 * launches that touched no managed memory are left out.
 */
public final class RunSchedule {

  /** The most launches before the laps, and the most of a lap. */
  public static final int MOST_LAUNCHES = LapDetector.LONGEST_LAP;

  /** The most accesses over all distinct launches. */
  static final int MOST_ACCESSES = ShapeTable.MOST_ACCESSES;

  private final List<NamedAllocation> allocations;
  private final List<NamedLaunch> launches;
  private final int[] before;
  private final int[] lap;

  /**
   * An allocation, by what identifies it across runs.
   *
   * @param label the caller's name for it, empty if none
   * @param site as {@link io.spillway.allocate.LiveAllocation#site}
   * @param bytes what was asked for
   */
  public record NamedAllocation(String label, String site, long bytes) {}

  /**
   * A launch.
   *
   * @param site as {@link LaunchSiteProfile#label}
   * @param accesses what it touches, in the order told; allocations are indices in {@link
   *     RunSchedule#allocations}
   * @param nanos how long it ran on the device in the mean, less the time in which its faults were
   *     served; 0 if not told
   */
  public record NamedLaunch(String site, List<ScheduledAccess> accesses, long nanos) {

    /** Copies the list. */
    public NamedLaunch {
      accesses = List.copyOf(accesses);
    }
  }

  /**
   * A schedule.
   *
   * @param before what is launched before the laps, as indices in {@code launches}
   * @param lap what is launched again and again after that; empty if nothing is
   * @throws IllegalArgumentException if there are more steps than {@link #MOST_LAUNCHES} of either
   * @throws IndexOutOfBoundsException if a step or an access is of nothing that is there
   */
  public RunSchedule(
      List<NamedAllocation> allocations, List<NamedLaunch> launches, int[] before, int[] lap) {
    this.allocations = List.copyOf(allocations);
    this.launches = List.copyOf(launches);
    this.before = steps(before, launches.size());
    this.lap = steps(lap, launches.size());
    for (NamedLaunch launch : launches) {
      for (ScheduledAccess access : launch.accesses()) {
        checkIndex(access.allocation(), allocations.size());
      }
    }
  }

  private static int[] steps(int[] steps, int launches) {
    if (steps.length > MOST_LAUNCHES) {
      throw new IllegalArgumentException(
          "%d launches in order: a schedule has at most %d before its lap and as many in it"
              .formatted(steps.length, MOST_LAUNCHES));
    }
    for (int step : steps) {
      checkIndex(step, launches);
    }
    return steps.clone();
  }

  private static void checkIndex(int index, int count) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException("%d of %d".formatted(index, count));
    }
  }

  /** The schedule of a recording's loop, and of what came before it. */
  public static RunSchedule of(Profile profile) {
    Naming naming = new Naming(profile);
    int[] before = naming.steps(profile.opening());
    int[] lap =
        profile.loop().map(phase -> naming.steps(phase.schedule())).orElseGet(() -> new int[0]);
    return new RunSchedule(naming.allocations, naming.launches, before, lap);
  }

  /** Names what a profile numbers. */
  private static final class Naming {
    final List<NamedAllocation> allocations = new ArrayList<>();
    final List<NamedLaunch> launches = new ArrayList<>();
    private final Profile profile;
    private final Map<Integer, Integer> allocationIndices = new HashMap<>();
    private final Map<LaunchKey, Integer> launchIndices = new HashMap<>();

    /** What makes a launch the same for the predictor: lengths and kinds may change. */
    private record LaunchKey(String site, List<Long> starts) {}

    Naming(Profile profile) {
      this.profile = profile;
    }

    int[] steps(LapSchedule schedule) {
      int[] numbers = new int[schedule.shapes().size()];
      Arrays.setAll(numbers, i -> number(schedule.shapes().get(i)));
      int[] steps = new int[schedule.length()];
      int count = 0;
      for (int i = 0; i < steps.length; i++) {
        if (numbers[schedule.shapeIndex(i)] >= 0) {
          steps[count++] = numbers[schedule.shapeIndex(i)];
        }
      }
      return Arrays.copyOf(steps, count);
    }

    /** The launch's index; negative if it touched nothing that could move. */
    private int number(LaunchShape shape) {
      boolean moves = false;
      List<ScheduledAccess> accesses = new ArrayList<>();
      List<Long> starts = new ArrayList<>();
      for (ScheduledAccess access : shape.accesses()) {
        MemoryKind kind = profile.allocations().get(access.allocation()).kind();
        moves |= kind == MemoryKind.MANAGED;
        if (kind != MemoryKind.PINNED) { // what was plain may be managed the next time
          int allocation =
              allocationIndices.computeIfAbsent(access.allocation(), this::nameAllocation);
          starts.add((long) allocation);
          starts.add(access.offset());
          accesses.add(
              new ScheduledAccess(allocation, access.offset(), access.bytes(), access.kind()));
        }
      }
      if (!moves) {
        return -1;
      }
      String site = profile.sites().get(shape.site()).label();
      long nanos = Math.round(Math.max(0, shape.meanNanos() - shape.meanStallNanos()));
      NamedLaunch launch = new NamedLaunch(site, accesses, nanos);
      Integer known = launchIndices.putIfAbsent(new LaunchKey(site, starts), launches.size());
      if (known == null) {
        launches.add(launch);
        return launches.size() - 1;
      }
      launches.set(known, either(launches.get(known), launch));
      return known;
    }

    private int nameAllocation(int index) {
      AllocationProfile allocation = profile.allocations().get(index);
      allocations.add(
          new NamedAllocation(allocation.label(), allocation.site(), allocation.requestedBytes()));
      return allocations.size() - 1;
    }

    /** A launch that touches what either does. */
    private static NamedLaunch either(NamedLaunch one, NamedLaunch other) {
      List<ScheduledAccess> accesses = new ArrayList<>();
      for (int i = 0; i < one.accesses().size(); i++) {
        ScheduledAccess first = one.accesses().get(i);
        ScheduledAccess second = other.accesses().get(i);
        accesses.add(
            new ScheduledAccess(
                first.allocation(),
                first.offset(),
                Math.max(first.bytes(), second.bytes()),
                either(first.kind(), second.kind())));
      }
      return new NamedLaunch(one.site(), accesses, Math.max(one.nanos(), other.nanos()));
    }

    private static AccessKind either(AccessKind one, AccessKind other) {
      if (one == other) {
        return one;
      }
      return one == AccessKind.UNKNOWN || other == AccessKind.UNKNOWN
          ? AccessKind.UNKNOWN
          : AccessKind.READ_WRITE;
    }
  }

  /** The allocations, in no particular order. */
  public List<NamedAllocation> allocations() {
    return allocations;
  }

  /** The distinct launches. */
  public List<NamedLaunch> launches() {
    return launches;
  }

  /** Which of {@link #launches} are made before the laps, in order. */
  public int[] before() {
    return before.clone();
  }

  /** Which of {@link #launches} make a lap, in order; empty if nothing repeats. */
  public int[] lap() {
    return lap.clone();
  }

  /** Whether there is nothing to expect. */
  public boolean isEmpty() {
    return before.length + lap.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RunSchedule that
        && allocations.equals(that.allocations)
        && launches.equals(that.launches)
        && Arrays.equals(before, that.before)
        && Arrays.equals(lap, that.lap);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * launches.hashCode() + Arrays.hashCode(before)) + Arrays.hashCode(lap);
  }

  @Override
  public String toString() {
    return "%d launches and a lap of %d, %d of them distinct"
        .formatted(before.length, lap.length, launches.size());
  }
}
