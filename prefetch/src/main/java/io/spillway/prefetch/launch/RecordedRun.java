package io.spillway.prefetch.launch;

import io.spillway.allocate.LiveAllocation;
import io.spillway.evict.Piece;
import io.spillway.predict.LaunchTable;
import io.spillway.predict.ScheduleFollower;
import io.spillway.predict.Touches;
import io.spillway.profile.RunSchedule;
import io.spillway.profile.ScheduledAccess;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A recorded run in terms of this run's memory. As allocations are made that the recording has too,
 * its launches get the addresses that they touch here, and with them the numbers by which live
 * launches are known; of a launch of which only a part is there, that part counts.
 *
 * <p>What was allocated since the last launch is looked at with the next: until then the program
 * may be filling it, and is not to be disturbed. Not thread-safe.
 */
public final class RecordedRun {

  private final RunSchedule schedule;
  private final ScheduleFollower follower;
  private final LaunchTable launches;
  private final Touches touches = new Touches();
  private final List<Recorded> allocations = new ArrayList<>();
  private final Map<String, List<Recorded>> byOrigin = new HashMap<>();
  private final NavigableMap<Long, Recorded> liveByAddress = new TreeMap<>();

  /** Launches that touch what was allocated since the last one. */
  private final BitSet outdated = new BitSet();

  /** The position from which on the lap is gone through; negative before. */
  private long lapSince = -1;

  /** An allocation of the recording. */
  private static final class Recorded {
    final RunSchedule.NamedAllocation name;

    /** Launches that touch it. */
    final BitSet launches = new BitSet();

    /** What launches of the lap may write. */
    final List<ScheduledAccess> written = new ArrayList<>();

    /** What stands for it in this run, or did last; null if nothing has yet. */
    @Nullable AddressRange range;

    boolean live;

    /** Whether that is as large as this was. */
    boolean sameSize;

    Recorded(RunSchedule.NamedAllocation name) {
      this.name = name;
    }
  }

  /** Nothing is allocated. */
  public RecordedRun(RunSchedule schedule, LaunchTable launches) {
    this.schedule = schedule;
    this.launches = launches;
    this.follower = new ScheduleFollower(launches, schedule.before(), schedule.lap());
    for (RunSchedule.NamedAllocation name : schedule.allocations()) {
      Recorded recorded = new Recorded(name);
      allocations.add(recorded);
      byOrigin
          .computeIfAbsent(origin(name.label(), name.site()), _ -> new ArrayList<>())
          .add(recorded);
    }
    for (int i = 0; i < schedule.launches().size(); i++) {
      for (ScheduledAccess access : schedule.launches().get(i).accesses()) {
        allocations.get(access.allocation()).launches.set(i);
      }
    }
    for (int launch : Arrays.stream(schedule.lap()).distinct().toArray()) {
      for (ScheduledAccess access : schedule.launches().get(launch).accesses()) {
        if (access.kind().mayWrite()) {
          allocations.get(access.allocation()).written.add(access);
        }
      }
    }
  }

  /** What tells which launch comes next. */
  public ScheduleFollower follower() {
    return follower;
  }

  /** An allocation's label, or the line that made it: what several of one loop share. */
  private static String origin(String label, String site) {
    int number = label.isEmpty() ? site.lastIndexOf('#') : -1;
    return !label.isEmpty() ? label : number < 0 ? site : site.substring(0, number);
  }

  /** Managed memory was allocated. */
  public void allocated(LiveAllocation allocation) {
    Recorded recorded = find(allocation);
    if (recorded != null) {
      if (recorded.range != null) {
        liveByAddress.remove(recorded.range.address(), recorded);
      }
      recorded.live = true;
      recorded.sameSize = recorded.name.bytes() == allocation.requestedBytes();
      recorded.range = allocation.range();
      liveByAddress.put(allocation.range().address(), recorded);
      outdated.or(recorded.launches);
    }
  }

  /**
   * What the recording has in an allocation's place: its namesake, else one of the same line that
   * nothing stands for now, as a loop frees and allocates again; of the same size if there is one.
   */
  private @Nullable Recorded find(LiveAllocation allocation) {
    Recorded best = null;
    for (Recorded recorded :
        byOrigin.getOrDefault(origin(allocation.label(), allocation.site()), List.of())) {
      if (allocation.label().isEmpty() && recorded.name.site().equals(allocation.site())) {
        return recorded;
      }
      boolean sameSize = recorded.name.bytes() == allocation.requestedBytes();
      if (!recorded.live
          && (best == null || (sameSize && best.name.bytes() != allocation.requestedBytes()))) {
        best = recorded;
      }
    }
    return best;
  }

  /** Memory was freed. */
  public void freed(AddressRange range) {
    Recorded recorded = liveByAddress.remove(range.address());
    if (recorded != null) {
      recorded.live = false; // where it was, it may come again
    }
  }

  /** A launch is about to be observed: those that are recorded are brought up to date. */
  public void place() {
    for (int i = outdated.nextSetBit(0); i >= 0; i = outdated.nextSetBit(i + 1)) {
      place(i);
    }
    outdated.clear();
  }

  private void place(int index) {
    RunSchedule.NamedLaunch launch = schedule.launches().get(index);
    touches.begin(launch.site());
    for (ScheduledAccess access : launch.accesses()) {
      AddressRange range = allocations.get(access.allocation()).range;
      if (range != null && access.offset() < range.bytes()) {
        long bytes = Math.min(access.bytes(), range.bytes() - access.offset());
        touches.add(range.address() + access.offset(), bytes, access.kind());
      }
    }
    int known = launches.size();
    int number = launches.intern(touches);
    if (number == known && launch.nanos() > 0) {
      launches.took(number, launch.nanos());
    }
    follower.place(index, number);
  }

  /** Whether the recorded lap is gone through. */
  public boolean inLap() {
    return follower.inLap();
  }

  /**
   * Says of a lap's pieces which of them its launches only read, as recorded.
   *
   * @param lap the pieces of each launch of the recorded lap
   * @param now the position now
   */
  public void tellWhatIsRead(List<List<Piece>> lap, long now) {
    if (lapSince < 0) {
      lapSince = now;
    }
    for (List<Piece> used : lap) {
      for (Piece piece : used) {
        if (onlyReads(piece.range())) {
          piece.setReadFrom(lapSince);
        }
      }
    }
  }

  private boolean onlyReads(AddressRange range) {
    Map.Entry<Long, Recorded> before = liveByAddress.floorEntry(range.address());
    if (before == null) {
      return false;
    }
    Recorded recorded = before.getValue();
    long from = range.address() - before.getKey();
    long to = from + range.bytes();
    AddressRange live = recorded.range;
    if (live == null || to > Blocks.ceil(live.bytes())) {
      return false; // another allocation's, at least in part
    }
    return recorded.written.isEmpty()
        || (recorded.sameSize
            && recorded.written.stream()
                .noneMatch(write -> write.offset() < to && from < write.offset() + write.bytes()));
  }
}
