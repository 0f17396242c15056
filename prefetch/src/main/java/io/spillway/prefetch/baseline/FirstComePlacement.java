package io.spillway.prefetch.baseline;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;

/**
 * Says of managed memory, as it is allocated, where it belongs: as much as there is room for on the
 * device, the rest on the host, with the device accessing it there. First come, first served: what
 * is freed gives its room to what is allocated next. Learns of no launch.
 *
 * <p>If the room shrinks, what came last goes to the host.
 */
public final class FirstComePlacement implements SessionListener {

  private final SessionContext context;
  private final Location device;

  /** The front of an allocation that is on the device, by its address, in order of allocation. */
  private final SequencedMap<Long, AddressRange> onDevice = new LinkedHashMap<>();

  private long onDeviceBytes;
  private long mostBytes;

  public FirstComePlacement(SessionContext context) {
    this.context = context;
    this.device = context.driver().device().location();
  }

  /** Nothing is said of launches, so programs are spared looking at them. */
  @Override
  public boolean listening() {
    return false;
  }

  @Override
  public void allocated(LiveAllocation allocation) {
    if (allocation.kind() == MemoryKind.MANAGED) {
      context.applier().apply(place(allocation.range()), StreamHandle.DEFAULT);
    }
  }

  private synchronized Plan place(AddressRange range) {
    long roomBytes = context.residentLimitBytes().getAsLong() - onDeviceBytes;
    long front = Math.min(range.bytes(), Blocks.floor(Math.max(0, roomBytes)));
    List<Hint> hints = new ArrayList<>();
    if (front > 0) {
      AddressRange there = range.slice(0, front);
      onDevice.put(range.address(), there);
      onDeviceBytes += front;
      mostBytes = Math.max(mostBytes, onDeviceBytes);
      hints.add(new Hint.Prefer(there, device));
    }
    if (front < range.bytes()) {
      onHost(range.slice(front, range.bytes() - front), hints);
    }
    return new Plan(hints);
  }

  private void onHost(AddressRange range, List<Hint> hints) {
    hints.add(new Hint.Prefer(range, Location.HOST));
    hints.add(new Hint.AccessedBy(range, device));
  }

  @Override
  public synchronized void freeing(AddressRange range) {
    AddressRange there = onDevice.remove(range.address());
    onDeviceBytes -= there == null ? 0 : there.bytes();
  }

  @Override
  public void budgetResized() {
    context.background().execute(() -> context.applier().apply(takeBack(), StreamHandle.DEFAULT));
  }

  /**
   * What goes to the host so that the rest has room; its advice stays if the budget grows again.
   */
  private synchronized Plan takeBack() {
    List<Hint> hints = new ArrayList<>();
    long limitBytes = context.residentLimitBytes().getAsLong();
    while (onDeviceBytes > limitBytes && !onDevice.isEmpty()) {
      AddressRange last = onDevice.lastEntry().getValue();
      onDevice.remove(last.address());
      onDeviceBytes -= last.bytes();
      onHost(last, hints);
      hints.add(new Hint.WriteBack(last));
    }
    return new Plan(hints);
  }

  /** What is to be on the device prefers it already. */
  @Override
  public boolean fetch(AddressRange range) {
    return true;
  }

  @Override
  public synchronized OptionalLong mostResidentBytes() {
    return OptionalLong.of(mostBytes);
  }
}
