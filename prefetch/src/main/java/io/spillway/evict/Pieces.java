package io.spillway.evict;

import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Managed memory in pieces, cut where launches' ranges begin and end and where a lap's plan wants
 * stripes, and the account of those on the device. Pieces are never joined: a program's ranges
 * repeat. Not thread-safe.
 */
public final class Pieces {

  /**
   * Pieces beyond which none is cut further: choosing a victim looks at each, some 2 ns, and has to
   * stay far below the 1.3 ms that moving 64 MiB takes.
   */
  private static final int MOST = 1 << 16;

  private final long mostBytes;
  private final Predicate<AddressRange> droppable;
  private final NavigableMap<Long, Piece> byAddress = new TreeMap<>();
  private final FreedRanges freed = new FreedRanges();
  private final List<Piece> resident = new ArrayList<>();
  private long residentBytes;
  private long mostResidentBytes;
  private int layout;

  /**
   * No memory yet.
   *
   * @param mostBytes the most bytes of one piece, whole blocks
   * @param droppable whether the device copy of memory that is new here can be dropped
   */
  public Pieces(long mostBytes, Predicate<AddressRange> droppable) {
    if (mostBytes <= 0 || !Blocks.aligned(mostBytes)) {
      throw new IllegalArgumentException(
          "pieces of %d bytes: must be a positive multiple of %d (one block)"
              .formatted(mostBytes, Blocks.BYTES));
    }
    this.mostBytes = mostBytes;
    this.droppable = droppable;
  }

  /**
   * Adds the pieces that make up the blocks of a range to {@code into}, in order of address,
   * cutting and making them as needed. The range is live memory.
   */
  public void cover(long address, long bytes, List<Piece> into) {
    if (freed.remove(address, address + bytes)) {
      layout++; // launches remembered from before may have their pieces again
    }
    AddressRange blocks = Blocks.covering(new AddressRange(address, bytes));
    cut(blocks.address());
    cut(blocks.end());
    long at = blocks.address();
    Map.Entry<Long, Piece> next = byAddress.floorEntry(at);
    if (next == null || next.getValue().end() <= at) {
      next = byAddress.higherEntry(at);
    }
    while (at < blocks.end()) {
      if (next == null || next.getKey() > at) {
        long gapEnd = next == null ? blocks.end() : Math.min(next.getKey(), blocks.end());
        at = fill(at, gapEnd, into);
      } else {
        into.add(next.getValue());
        at = next.getValue().end();
        next = byAddress.higherEntry(next.getKey());
      }
    }
  }

  /** Like {@link #cover}, but nothing of a range that was freed and not covered since. */
  public void coverLive(long address, long bytes, List<Piece> into) {
    if (!freed.touch(address, address + bytes)) {
      cover(address, bytes, into);
    }
  }

  private long fill(long from, long to, List<Piece> into) {
    for (long at = from; at < to; at += mostBytes) {
      Piece piece = new Piece(at, Math.min(mostBytes, to - at));
      piece.setDroppable(droppable.test(piece.range()));
      byAddress.put(at, piece);
      into.add(piece);
    }
    return to;
  }

  private void cut(long at) {
    Map.Entry<Long, Piece> entry = byAddress.lowerEntry(at);
    if (entry == null || entry.getValue().end() <= at || byAddress.size() >= MOST) {
      return;
    }
    Piece whole = entry.getValue();
    Piece front = new Piece(whole.address(), at - whole.address(), whole);
    Piece back = new Piece(at, whole.end() - at, whole);
    whole.cutInto(front, back);
    byAddress.put(front.address(), front);
    byAddress.put(at, back);
    if (whole.resident()) {
      leave(whole);
      add(front);
      add(back);
    }
    layout++;
  }

  /**
   * Forgets all pieces that {@code range} touches: it is being freed.
   *
   * @return them
   */
  public List<Piece> remove(AddressRange range) {
    freed.add(range.address(), range.end());
    AddressRange blocks = Blocks.covering(range);
    cutAt(range);
    List<Piece> gone = new ArrayList<>(byAddress.subMap(blocks.address(), blocks.end()).values());
    for (Piece piece : gone) {
      byAddress.remove(piece.address());
      piece.remove();
      if (piece.resident()) {
        leave(piece);
      }
    }
    layout++;
    return gone;
  }

  /** The pieces there are of the blocks of a range, cut where it begins and ends; none is made. */
  public List<Piece> within(AddressRange range) {
    cutAt(range);
    return touching(Blocks.covering(range));
  }

  /** Cuts where a range begins and ends; none is made. */
  public void cutAt(AddressRange range) {
    AddressRange blocks = Blocks.covering(range);
    cut(blocks.address());
    cut(blocks.end());
  }

  /** The pieces there are of which {@code range} touches at least a part; none is made or cut. */
  public List<Piece> touching(AddressRange range) {
    List<Piece> touched = new ArrayList<>();
    Map.Entry<Long, Piece> before = byAddress.lowerEntry(range.address());
    if (before != null && before.getValue().end() > range.address()) {
      touched.add(before.getValue());
    }
    touched.addAll(byAddress.subMap(range.address(), range.end()).values());
    return touched;
  }

  /** Every piece, by address. */
  public Iterable<Piece> all() {
    return byAddress.values();
  }

  /** The piece is on the device, or on its way there. */
  public void arrive(Piece piece) {
    if (!piece.resident()) {
      add(piece);
      piece.arrives();
    }
  }

  /** The piece was said to arrive, and did not. */
  public void comesNot(Piece piece) {
    if (piece.resident()) {
      leave(piece);
      piece.comesNot();
    }
  }

  /** The piece was said to leave, and did not. */
  public void stay(Piece piece) {
    if (!piece.resident()) {
      add(piece);
    }
  }

  private void add(Piece piece) {
    piece.residentIndex = resident.size();
    resident.add(piece);
    residentBytes += piece.bytes();
    mostResidentBytes = Math.max(mostResidentBytes, residentBytes);
  }

  /** The piece is no longer on the device. */
  public void leave(Piece piece) {
    if (piece.resident()) {
      Piece last = resident.removeLast();
      if (last != piece) {
        resident.set(piece.residentIndex, last);
        last.residentIndex = piece.residentIndex;
      }
      piece.residentIndex = -1;
      residentBytes -= piece.bytes();
    }
  }

  /** The pieces on the device, in no order. */
  List<Piece> resident() {
    return resident;
  }

  /** Bytes on the device. */
  public long residentBytes() {
    return residentBytes;
  }

  /** The most bytes that were on the device at once. */
  public long mostResidentBytes() {
    return mostResidentBytes;
  }

  /** Rises whenever pieces are cut or removed, so that lists of them are out of date. */
  public int layout() {
    return layout;
  }
}
