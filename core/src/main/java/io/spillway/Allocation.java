package io.spillway;

import io.spillway.allocate.AlreadyFreedException;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.Location;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory a session allocated: plain device memory if it fitted, managed memory if not.
 *
 * <p>Safe for use by any thread. Hint methods do nothing to plain device memory; a hint that the
 * driver refuses is counted in {@link SpillwayStatistics}. Once closed, every method that would
 * touch the memory throws {@link IllegalStateException}.
 */
public final class Allocation implements AutoCloseable {

  private final Spillway session;
  private final LiveAllocation live;
  private final AddressRange range;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Blocks of managed memory that were written through {@link #copyFrom}. */
  private final BitSet populated = new BitSet();

  Allocation(Spillway session, LiveAllocation live) {
    this.session = session;
    this.live = live;
    this.range = new AddressRange(live.range().address(), live.requestedBytes());
  }

  /** The address the device uses, a {@code CUdeviceptr}. */
  public long address() {
    return range.address();
  }

  /**
   * The size that was asked for, in bytes; managed memory is rounded up to whole blocks beyond it.
   */
  public long bytes() {
    return range.bytes();
  }

  /** Address and size. */
  public AddressRange range() {
    return range;
  }

  /** The label it was allocated with, empty if none. */
  public String label() {
    return live.label();
  }

  /** Whether it was redirected to managed memory. */
  public boolean managed() {
    return live.kind() == MemoryKind.MANAGED;
  }

  /**
   * The host's view of managed memory: all of it, 64-bit, valid until {@link #close}. Reading or
   * writing it moves the touched pages to the host.
   *
   * @throws IllegalStateException for plain device memory, which the host cannot see
   */
  public MemorySegment segment() {
    if (!managed()) {
      throw new IllegalStateException(
          live
              + " has no host view: use copyFrom and copyTo, or ask for Placement.MANAGED when"
              + " allocating");
    }
    requireOpen();
    return session.hostView(this);
  }

  /**
   * Copies host memory into this allocation, whatever its kind, after all work in the legacy
   * default stream. Returns when the copy is done.
   *
   * @param offset where in this allocation to begin, in bytes
   * @throws IndexOutOfBoundsException if it does not fit
   */
  public void copyFrom(MemorySegment source, long offset) {
    whileHeld(() -> session.copyIn(this, offset, source));
    if (managed() && source.byteSize() > 0) {
      settle(offset, source.byteSize());
    }
  }

  private void settle(long offset, long written) {
    synchronized (populated) {
      int first = Math.toIntExact(Math.ceilDiv(offset, Blocks.BYTES));
      int end = Math.toIntExact((offset + written) / Blocks.BYTES);
      if (first < end) {
        populated.set(first, end);
        live.settleHostPages(populated.cardinality() * Blocks.BYTES);
      }
    }
  }

  /**
   * Copies from this allocation into host memory, whatever its kind, after all work in the legacy
   * default stream. Returns when the copy is done.
   *
   * @param offset where in this allocation to begin, in bytes
   * @throws IndexOutOfBoundsException if there is less to copy than {@code target} holds
   */
  public void copyTo(MemorySegment target, long offset) {
    whileHeld(() -> session.copyOut(this, offset, target));
  }

  /**
   * Says that the device only reads it from now on, so that its device copy can leave without a
   * transfer. Call this after filling it: filling read-mostly memory is slow. A declared write
   * takes it back by itself.
   *
   * @return this
   */
  public Allocation readMostly() {
    return readMostly(0, bytes());
  }

  /**
   * The same of a part. Only whole blocks of 2 MiB in it are read-mostly, since a neighbour in the
   * same block must not be.
   *
   * @param offset where it begins in this allocation, in bytes
   * @param bytes its size
   * @return this
   * @throws IndexOutOfBoundsException if that is not inside this allocation
   */
  public Allocation readMostly(long offset, long bytes) {
    AddressRange part = part(offset, bytes);
    return apply(Plan.of(new Hint.Prefer(part, Location.HOST), new Hint.ReadMostly(part)));
  }

  /**
   * Takes {@link #readMostly()} back.
   *
   * @return this
   */
  public Allocation notReadMostly() {
    return notReadMostly(0, bytes());
  }

  /**
   * Takes {@link #readMostly(long, long)} back, of every block that the part touches.
   *
   * @param offset where it begins in this allocation, in bytes
   * @param bytes its size
   * @return this
   * @throws IndexOutOfBoundsException if that is not inside this allocation
   */
  public Allocation notReadMostly(long offset, long bytes) {
    AddressRange part = blocksOf(part(offset, bytes));
    return apply(Plan.of(new Hint.NotReadMostly(part), new Hint.PreferNowhere(part)));
  }

  /**
   * Leaves it on the host, where the device accesses it in place. This is cheapest for data that is
   * touched once or sparsely.
   *
   * @return this
   */
  public Allocation zeroCopy() {
    return zeroCopy(0, bytes());
  }

  /**
   * The same of a part: of its whole blocks of 2 MiB.
   *
   * @param offset where it begins in this allocation, in bytes
   * @param bytes its size
   * @return this
   * @throws IndexOutOfBoundsException if that is not inside this allocation
   */
  public Allocation zeroCopy(long offset, long bytes) {
    AddressRange part = part(offset, bytes);
    return apply(
        Plan.of(
            new Hint.Prefer(part, Location.HOST),
            new Hint.AccessedBy(part, session.driver().device().location())));
  }

  /**
   * Starts moving it to the device in the background, within the budget if a mover keeps one, and
   * returns at once.
   *
   * @return this
   */
  public Allocation fetch() {
    return fetch(0, bytes());
  }

  /**
   * The same of a part, with all blocks of 2 MiB that it touches.
   *
   * @param offset where it begins in this allocation, in bytes
   * @param bytes its size
   * @return this
   * @throws IndexOutOfBoundsException if that is not inside this allocation
   */
  public Allocation fetch(long offset, long bytes) {
    AddressRange part = part(offset, bytes);
    return whileHeld(() -> session.fetch(part));
  }

  /**
   * Frees the device copy without a transfer where it is {@link #readMostly()}; does nothing
   * elsewhere. A launch under way that uses it would fault the data back.
   *
   * @return this
   */
  public Allocation drop() {
    return drop(0, bytes());
  }

  /**
   * The same of a part: of its whole blocks of 2 MiB.
   *
   * @param offset where it begins in this allocation, in bytes
   * @param bytes its size
   * @return this
   * @throws IndexOutOfBoundsException if that is not inside this allocation
   */
  public Allocation drop(long offset, long bytes) {
    return apply(Plan.of(new Hint.Drop(part(offset, bytes))));
  }

  /**
   * Declares the contents dead: until they are written again, a read may return anything. Takes the
   * calling thread 6.5 us for each block of 2 MiB (measurements h200: {@code discard}).
   *
   * @return this
   */
  public Allocation discard() {
    return discard(0, bytes());
  }

  /**
   * The same of a part: of its whole blocks of 2 MiB; its edges in others are kept.
   *
   * @param offset where it begins in this allocation, in bytes
   * @param bytes its size
   * @return this
   * @throws IndexOutOfBoundsException if that is not inside this allocation
   */
  public Allocation discard(long offset, long bytes) {
    return apply(Plan.of(new Hint.Discard(part(offset, bytes))));
  }

  /** What is asked for at the end goes on to the end of its last block, which is nobody else's. */
  private AddressRange part(long offset, long bytes) {
    AddressRange part = range.slice(offset, bytes);
    return part.end() == range.end()
        ? live.range().slice(offset, live.range().bytes() - offset)
        : part;
  }

  private AddressRange blocksOf(AddressRange part) {
    return Blocks.covering(part).intersection(live.range()).orElseThrow();
  }

  private Allocation apply(Plan plan) {
    return whileHeld(() -> session.apply(plan));
  }

  /** Runs {@code action} while nobody can free this. */
  private Allocation whileHeld(Runnable action) {
    if (!live.tryPin()) {
      throw closedException();
    }
    try {
      action.run();
    } finally {
      live.unpin();
    }
    return this;
  }

  /** Refuses further use once it is closed: its addresses may be somebody else's by then. */
  void requireOpen() {
    if (!live.isLive()) {
      throw closedException();
    }
  }

  private IllegalStateException closedException() {
    return new IllegalStateException(live + " is closed: allocate it anew");
  }

  /**
   * Frees it, after waiting for the device to be done with it. Closing twice does nothing.
   *
   * @throws io.spillway.driver.DriverException if the driver refuses; then it is still allocated
   */
  @Override
  public void close() {
    // The session may have freed it already, when it was closed.
    if (closed.compareAndSet(false, true) && live.isLive()) {
      try {
        session.free(live);
      } catch (AlreadyFreedException e) {
        // By the session, which was closed meanwhile.
      } catch (RuntimeException e) {
        closed.set(false);
        throw e;
      }
    }
  }

  @Override
  public String toString() {
    return live.toString();
  }
}
