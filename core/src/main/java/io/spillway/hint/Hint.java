package io.spillway.hint;

import io.spillway.driver.Location;
import io.spillway.range.AddressRange;

/**
 * One thing to say of, or do with, a range of managed memory.
 *
 * <p>Hints never change what a program computes, with one exception: {@link Discard}, which only
 * the memory's owner may ask for.
 */
public sealed interface Hint {

  /** What the hint is about; clipped to whole blocks of live allocations when applied. */
  AddressRange range();

  /** The same hint about another range. */
  Hint on(AddressRange range);

  /** Which statistics the hint counts under. */
  HintKind kind();

  /**
   * The range is not written on the device: host and device may both hold a copy, and the device's
   * can be {@linkplain Drop dropped}.
   *
   * <p>Wrong, it costs a thousandfold: device writes to a duplicated range ran at 0.05 GB/s
   * (measured on an H200). Say it after the data is filled.
   */
  record ReadMostly(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new ReadMostly(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.READ_MOSTLY;
    }
  }

  /** Takes {@link ReadMostly} back; the copies collapse into one. */
  record NotReadMostly(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new NotReadMostly(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.NOT_READ_MOSTLY;
    }
  }

  /** The range should live at {@code location}. */
  record Prefer(AddressRange range, Location location) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new Prefer(other, location);
    }

    @Override
    public HintKind kind() {
      return HintKind.PREFER;
    }
  }

  /** Takes {@link Prefer} back. */
  record PreferNowhere(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new PreferNowhere(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.PREFER_NOWHERE;
    }
  }

  /** {@code location} keeps the range mapped wherever it lives. */
  record AccessedBy(AddressRange range, Location location) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new AccessedBy(other, location);
    }

    @Override
    public HintKind kind() {
      return HintKind.ACCESSED_BY;
    }
  }

  /** Takes {@link AccessedBy} back for {@code location}. */
  record NotAccessedBy(AddressRange range, Location location) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new NotAccessedBy(other, location);
    }

    @Override
    public HintKind kind() {
      return HintKind.NOT_ACCESSED_BY;
    }
  }

  /** Moves the range to the device, or copies it there where it is read-mostly. */
  record Fetch(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new Fetch(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.FETCH;
    }
  }

  /** Frees the device copy by moving it to the host: a transfer at the link's price or worse. */
  record WriteBack(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new WriteBack(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.WRITE_BACK;
    }
  }

  /**
   * Frees the device copy of a read-mostly range without moving a byte. Applied only where the
   * range is read-mostly <em>and</em> prefers the host; elsewhere the driver would keep the copy.
   */
  record Drop(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new Drop(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.DROP;
    }
  }

  /**
   * The contents are dead until next written. Only the owner may say so: reads then give anything.
   */
  record Discard(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new Discard(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.DISCARD;
    }
  }

  /**
   * Frees the device copy the cheapest way there is: parts that can be {@linkplain Drop dropped}
   * are, the others are {@linkplain WriteBack written back}, read-mostly ones after taking that
   * advice back, without which they would stay. Counted as the drops and write-backs it becomes.
   */
  record Evict(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new Evict(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.EVICT;
    }
  }

  /**
   * Frees the device copy like {@link Evict}, and leaves the range read-mostly on the host: what
   * was not is made so while it is on the device alone, at 500 GB/s, copied to the host, and
   * dropped. Said of the same data on the host, it would take as long as the copy does (9 GB/s;
   * both measured on an H200), and its next fetch would wait for it.
   *
   * <p>Takes until the copy is done. Counted as the advice, the write-backs and the drops it
   * becomes.
   */
  record EvictReadMostly(AddressRange range) implements Hint {
    @Override
    public Hint on(AddressRange other) {
      return new EvictReadMostly(other);
    }

    @Override
    public HintKind kind() {
      return HintKind.EVICT;
    }
  }
}
