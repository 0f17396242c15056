package io.spillway.prefetch.move;

import io.spillway.allocate.LiveAllocation;
import io.spillway.driver.EventHandle;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which blocks are on the device, as the mover's thread last said: what launching threads look at,
 * without a lock and without asking anybody.
 *
 * <p>They race with the mover without a lock. A launching thread tells of its launch, then looks
 * here again; the mover says here what is to leave, then looks what was told: one of the two gives
 * way ({@link #settle}). An event that was used again makes a launch wait a little longer.
 */
public final class Presence {

  /** Fetches that can be on their way at a time; the bits of a long tell which a launch awaits. */
  public static final int MOST_ON_THEIR_WAY = 60;

  // A block's state; the negative of it where the block is told to leave and has not yet.
  private static final byte ABSENT = 0;
  private static final byte PRESENT = 1;
  private static final byte FIRST_ON_ITS_WAY = 2;

  private final Map<LiveAllocation, byte[]> blocksOf = new ConcurrentHashMap<>();

  /** Allocations with parts that were told read-mostly because of what launches did. */
  private final Set<LiveAllocation> foundReadMostly = ConcurrentHashMap.newKeySet();

  /** Allocations with parts that the engine told the device to access in place. */
  private final Set<LiveAllocation> placed = ConcurrentHashMap.newKeySet();

  /** What is being told read-mostly because of what launches did. */
  private volatile List<AddressRange> turningReadMostly = List.of();

  private final AtomicReferenceArray<@Nullable EventHandle> events =
      new AtomicReferenceArray<>(MOST_ON_THEIR_WAY);

  /** Whether all of {@code range}, inside one allocation, is there or on its way. */
  public boolean has(LiveAllocation allocation, AddressRange range) {
    byte[] blocks = blocksOf.get(allocation);
    if (blocks == null) {
      return false;
    }
    int end = index(allocation, range.end() - 1);
    for (int i = index(allocation, range.address()); i <= end; i++) {
      if (blocks[i] <= ABSENT) {
        return false;
      }
    }
    return true;
  }

  /** Gives {@code wait} the event of every fetch that brings a part of {@code range}, once. */
  public void awaited(LiveAllocation allocation, AddressRange range, Consumer<EventHandle> wait) {
    byte[] blocks = blocksOf.get(allocation);
    if (blocks == null) {
      return;
    }
    long onTheirWay = 0;
    int end = index(allocation, range.end() - 1);
    for (int i = index(allocation, range.address()); i <= end; i++) {
      int state = blocks[i];
      if (state >= FIRST_ON_ITS_WAY) {
        onTheirWay |= 1L << (state - FIRST_ON_ITS_WAY);
      }
    }
    for (; onTheirWay != 0; onTheirWay &= onTheirWay - 1) {
      EventHandle event = events.getAcquire(Long.numberOfTrailingZeros(onTheirWay));
      if (event != null) {
        wait.accept(event);
      }
    }
  }

  /** A fetch that {@code event} marks brings these blocks. Mover's thread. */
  void onItsWay(LiveAllocation allocation, AddressRange range, int fetch, EventHandle event) {
    events.setRelease(fetch, event);
    set(allocation, range, (byte) (FIRST_ON_ITS_WAY + fetch));
  }

  /** The blocks of a fetch have come, where nothing else was said of them since. Mover's thread. */
  void arrived(LiveAllocation allocation, AddressRange range, int fetch) {
    byte[] blocks = blocksOf.get(allocation);
    if (blocks != null) {
      int end = index(allocation, range.end() - 1);
      for (int i = index(allocation, range.address()); i <= end; i++) {
        if (Math.abs(blocks[i]) == FIRST_ON_ITS_WAY + fetch) {
          blocks[i] = blocks[i] > 0 ? PRESENT : -PRESENT;
        }
      }
    }
  }

  /** The blocks are there, except that what is on its way is still awaited. Mover's thread. */
  public void present(LiveAllocation allocation, AddressRange range) {
    byte[] blocks = blocksOf(allocation);
    int end = index(allocation, range.end() - 1);
    for (int i = index(allocation, range.address()); i <= end; i++) {
      if (blocks[i] == ABSENT) {
        blocks[i] = PRESENT;
      }
    }
  }

  /**
   * To be called between saying something here and looking what launching threads told, and by them
   * between telling and looking here: so that at least one of the two sees the other.
   */
  public static void settle() {
    VarHandle.fullFence();
  }

  /** Whether a part of it was told read-mostly because no launch was seen to write it. */
  public boolean foundReadMostly(LiveAllocation allocation) {
    return foundReadMostly.contains(allocation);
  }

  /** Says so, or that no part of it is any more. Mover's thread. */
  public void setFoundReadMostly(LiveAllocation allocation, boolean value) {
    if (value) {
      foundReadMostly.add(allocation);
    } else {
      foundReadMostly.remove(allocation);
    }
  }

  /** Whether the engine told the device to access parts of it in place. */
  public boolean placed(LiveAllocation allocation) {
    return placed.contains(allocation);
  }

  /** Says so. Mover's thread. */
  void setPlaced(LiveAllocation allocation) {
    placed.add(allocation);
  }

  /** These blocks are as good as there: launches access them in place. Mover's thread. */
  void inPlace(LiveAllocation allocation, AddressRange range) {
    set(allocation, range, PRESENT);
  }

  /** Whether a part of {@code range} is being told read-mostly just now. */
  public boolean turningReadMostly(AddressRange range) {
    for (AddressRange part : turningReadMostly) {
      if (part.overlaps(range)) {
        return true;
      }
    }
    return false;
  }

  /** Says what is being told read-mostly: before the driver is, and none after. Mover's thread. */
  public void setTurningReadMostly(List<AddressRange> ranges) {
    turningReadMostly = ranges;
  }

  /** The blocks are about to leave, and for launches no longer there. Mover's thread. */
  void leaving(LiveAllocation allocation, AddressRange range) {
    byte[] blocks = blocksOf(allocation);
    int end = index(allocation, range.end() - 1);
    for (int i = index(allocation, range.address()); i <= end; i++) {
      blocks[i] = (byte) -Math.abs(blocks[i]);
    }
  }

  /** The blocks were about to leave, and do not. Mover's thread. */
  void stays(LiveAllocation allocation, AddressRange range) {
    byte[] blocks = blocksOf(allocation);
    int end = index(allocation, range.end() - 1);
    for (int i = index(allocation, range.address()); i <= end; i++) {
      blocks[i] = (byte) Math.abs(blocks[i]);
    }
  }

  /** The blocks have left. The mover's thread, or one that took advice back. */
  public void absent(LiveAllocation allocation, AddressRange range) {
    set(allocation, range, ABSENT);
  }

  /** Nobody is to wait for a fetch any more: their events are about to be destroyed. */
  public void forgetFetches() {
    for (int i = 0; i < events.length(); i++) {
      events.setRelease(i, null);
    }
  }

  /** The allocation is being freed. Any thread. */
  public void forget(LiveAllocation allocation) {
    blocksOf.remove(allocation);
    foundReadMostly.remove(allocation);
    placed.remove(allocation);
  }

  private void set(LiveAllocation allocation, AddressRange range, byte state) {
    byte[] blocks = blocksOf(allocation);
    int end = index(allocation, range.end() - 1);
    for (int i = index(allocation, range.address()); i <= end; i++) {
      blocks[i] = state;
    }
  }

  private byte[] blocksOf(LiveAllocation allocation) {
    byte[] blocks = blocksOf.get(allocation);
    return blocks != null
        ? blocks
        : blocksOf.computeIfAbsent(allocation, a -> new byte[index(a, a.range().end() - 1) + 1]);
  }

  private static int index(LiveAllocation allocation, long address) {
    return (int)
        ((Blocks.floor(address) - Blocks.floor(allocation.range().address())) / Blocks.BYTES);
  }
}
