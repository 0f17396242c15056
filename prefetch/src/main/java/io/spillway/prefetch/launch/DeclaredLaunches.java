package io.spillway.prefetch.launch;

import io.spillway.evict.Piece;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The launches that were declared and are not issued yet, by number. Not thread-safe. */
public final class DeclaredLaunches {

  private final Map<Long, OpenLaunch> open = new HashMap<>();

  /** None. */
  public DeclaredLaunches() {}

  /** A launch is being declared. */
  public void add(OpenLaunch launch) {
    open.put(launch.sequence(), launch);
  }

  /** Whether a launch is among them. */
  public boolean contains(long sequence) {
    return open.containsKey(sequence);
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return open.isEmpty();
  }

  /** The launch of that number; null if it is not among them. */
  public @Nullable OpenLaunch find(long sequence) {
    return open.get(sequence);
  }

  /** A launch is issued, or not heard of again: what it held may leave; null if it was unknown. */
  public @Nullable OpenLaunch release(long sequence) {
    OpenLaunch launch = open.remove(sequence);
    if (launch != null) {
      launch.release();
    }
    return launch;
  }

  /** What is declared is void. */
  public void releaseAll() {
    open.values().forEach(OpenLaunch::release);
    open.clear();
  }

  /** What a launch touches. */
  public List<Piece> pieces(long sequence) {
    OpenLaunch launch = open.get(sequence);
    return launch == null ? List.of() : launch.current();
  }

  /** What a launch still lacks. */
  public List<Piece> missing(long sequence) {
    OpenLaunch launch = open.get(sequence);
    return launch == null ? List.of() : launch.missing();
  }

  /** A launch waits no longer: it goes ahead with what of its data is in place. */
  public void goesAhead(long sequence) {
    pieces(sequence).forEach(piece -> goesAhead(sequence, piece));
  }

  /** A launch does not wait for this piece. */
  public void goesAhead(long sequence, Piece piece) {
    OpenLaunch launch = open.get(sequence);
    if (launch != null && piece.placed() && !piece.resident()) {
      launch.reliesOn(piece);
    }
  }
}
