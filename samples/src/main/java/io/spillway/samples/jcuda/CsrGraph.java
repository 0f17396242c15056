package io.spillway.samples.jcuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A graph in compressed sparse row form, outside the Java heap: {@code targets} has the neighbours
 * of all vertices, those of vertex v from {@code offsets[v]} up to {@code offsets[v + 1]}.
 *
 * @param vertices how many
 * @param offsets {@code vertices + 1} longs
 * @param targets ints, each edge in both directions
 */
record CsrGraph(int vertices, MemorySegment offsets, MemorySegment targets) {

  /** The level of a vertex that cannot be reached. */
  static final int UNREACHED = -1;

  /**
   * Vertices of one task: few, since some have a hundred thousand times the neighbours of others.
   */
  private static final int TASK = 1 << 10;

  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  /** Builds it. An edge from a vertex to itself is left out, one that is there twice is not. */
  static CsrGraph of(EdgeList edges, Arena arena) {
    int vertices = edges.vertices();
    MemorySegment offsets = arena.allocate((vertices + 1L) * Long.BYTES, Long.BYTES);
    edges.forEach(
        (one, other) -> {
          if (one != other) {
            add(offsets, one, 1);
            add(offsets, other, 1);
          }
        });
    long total = 0;
    for (long vertex = 0; vertex <= vertices; vertex++) {
      total += offsets.getAtIndex(ValueLayout.JAVA_LONG, vertex);
      offsets.setAtIndex(ValueLayout.JAVA_LONG, vertex, total);
    }
    // Offsets are now where each vertex's neighbours end, and go down as these are put in.
    MemorySegment targets = arena.allocate(total * Integer.BYTES, Integer.BYTES);
    edges.forEach(
        (one, other) -> {
          if (one != other) {
            targets.setAtIndex(ValueLayout.JAVA_INT, add(offsets, one, -1) - 1, other);
            targets.setAtIndex(ValueLayout.JAVA_INT, add(offsets, other, -1) - 1, one);
          }
        });
    return new CsrGraph(vertices, offsets, targets);
  }

  /** Returns the value before. */
  private static long add(MemorySegment longs, long index, long change) {
    return (long) LONG.getAndAdd(longs, index * Long.BYTES, change);
  }

  long offset(int vertex) {
    return offsets.getAtIndex(ValueLayout.JAVA_LONG, vertex);
  }

  long degree(int vertex) {
    return offset(vertex + 1) - offset(vertex);
  }

  /** Bytes of the offsets and targets that who follows all edges from some vertices has to read. */
  long bytesFollowed(IntPredicate from) {
    return IntStream.range(0, vertices)
        .filter(from)
        .mapToLong(vertex -> Long.BYTES + degree(vertex) * Integer.BYTES)
        .sum();
  }

  /** The vertex with most neighbours, the first if there are several. */
  int hub() {
    int hub = 0;
    for (int vertex = 1; vertex < vertices; vertex++) {
      if (degree(vertex) > degree(hub)) {
        hub = vertex;
      }
    }
    return hub;
  }

  /**
   * Whether {@code levels} says how far each vertex is from {@code source}. It does exactly if only
   * the source is at 0, no edge leads over more than one level or to a vertex that is not reached,
   * and every other vertex that is reached has a neighbour one level nearer: the first two make no
   * level too high, the last none too low. So each vertex can be looked at alone, and all at once.
   */
  boolean areLevels(int[] levels, int source) {
    return levels.length == vertices
        && IntStream.range(0, Math.ceilDiv(vertices, TASK))
            .parallel()
            .allMatch(
                task -> {
                  int end = (int) Math.min(vertices, (task + 1L) * TASK);
                  for (int vertex = task * TASK; vertex < end; vertex++) {
                    if (!isLevel(levels, vertex, source)) {
                      return false;
                    }
                  }
                  return true;
                });
  }

  private boolean isLevel(int[] levels, int vertex, int source) {
    int level = levels[vertex];
    if ((level == 0) != (vertex == source) || level < UNREACHED) {
      return false;
    }
    boolean nearer = level <= 0;
    long end = offset(vertex + 1);
    for (long edge = offset(vertex); edge < end; edge++) {
      int other = levels[targets.getAtIndex(ValueLayout.JAVA_INT, edge)];
      if ((level == UNREACHED || other == UNREACHED)
          ? level != other
          : Math.abs(level - other) > 1) {
        return false;
      }
      nearer |= other == level - 1;
    }
    return nearer;
  }
}
