package io.spillway.samples.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the programs' results are checked against. */
class ReferenceTest {

  @Test
  void aNumberIsTheSameAloneAndInAFill() {
    int[] numbers = new int[200_000];

    Scatter.fill(7, 1L << 40, numbers, numbers.length - 1);

    assertThat(IntStream.range(0, numbers.length - 1))
        .allMatch(i -> numbers[i] == Scatter.intAt(7, (1L << 40) + i));
    assertThat(numbers[numbers.length - 1]).as("beyond the count").isZero();
    assertThat(Arrays.stream(numbers).distinct().count()).isGreaterThan(199_000);
    assertThat(Scatter.intAt(7, 1)).isNotEqualTo(Scatter.intAt(8, 1));
  }

  @Test
  void oneWrongSumIsFound() {
    int[] sums = new int[1000];
    Arrays.setAll(sums, i -> Scatter.intAt(1, 50L + i) + Scatter.intAt(2, 50L + i));
    assertThat(VectorAdd.areSums(sums, sums.length, 50)).isTrue();

    sums[999]++;

    assertThat(VectorAdd.areSums(sums, sums.length, 50)).isFalse();
    assertThat(VectorAdd.areSums(sums, 999, 50)).isTrue();
  }

  @Test
  void oneWrongProductIsFound() {
    int order = 64;
    int[][] vectors = new int[4][order];
    vectors[0] = MatrixVectorIteration.firstVector(order);
    for (int step = 1; step < vectors.length; step++) {
      for (int row = 0; row < order; row++) {
        for (int column = 0; column < order; column++) {
          vectors[step][row] +=
              Scatter.intAt(3, (long) row * order + column) * vectors[step - 1][column];
        }
      }
    }
    assertThat(MatrixVectorIteration.isIteration(vectors)).isTrue();

    vectors[3][63] ^= 1 << 31;
    assertThat(MatrixVectorIteration.isIteration(vectors)).isFalse();
    vectors[3][63] ^= 1 << 31;
    vectors[0][0]++;
    assertThat(MatrixVectorIteration.isIteration(vectors)).isFalse();
  }

  private record Edge(int one, int other) {}

  private record Edges(int vertices, List<Edge> list) implements EdgeList {
    @Override
    public void forEach(Visitor visitor) {
      list.forEach(edge -> visitor.edge(edge.one(), edge.other()));
    }
  }

  @Test
  void aSmallGraph() {
    //  0 - 1 - 2    5 (alone)
    //   \     /
    //    3 - 4
    Edges edges =
        new Edges(
            6,
            List.of(
                new Edge(0, 1),
                new Edge(1, 2),
                new Edge(3, 0),
                new Edge(3, 4),
                new Edge(4, 2),
                new Edge(2, 2),
                new Edge(4, 3)));
    try (Arena arena = Arena.ofConfined()) {
      CsrGraph graph = CsrGraph.of(edges, arena);

      assertThat(graph.offsets().toArray(ValueLayout.JAVA_LONG))
          .containsExactly(0, 2, 4, 6, 9, 12, 12);
      assertThat(graph.targets().asSlice(9 * 4, 3 * 4).toArray(ValueLayout.JAVA_INT))
          .containsExactlyInAnyOrder(3, 2, 3);
      assertThat(graph.hub()).isEqualTo(3);
      assertThat(graph.bytesFollowed(vertex -> vertex == 3 || vertex == 5))
          .isEqualTo(2 * Long.BYTES + 3 * Integer.BYTES);
      assertThat(levelsByQueue(graph, 0)).containsExactly(0, 1, 2, 1, 2, -1);
      assertThat(graph.areLevels(new int[] {0, 1, 2, 1, 2, -1}, 0)).isTrue();
      assertThat(levelsByQueue(graph, 5)).containsExactly(-1, -1, -1, -1, -1, 0);
      assertThat(graph.areLevels(new int[] {-1, -1, -1, -1, -1, 0}, 5)).isTrue();
      assertThat(graph.areLevels(new int[] {-1, -1, -1, -1, -1, 0}, 4)).isFalse();
      assertThat(graph.areLevels(new int[] {0, 1, 2, 1, 2}, 0)).as("one is missing").isFalse();
    }
  }

  @Test
  void aKroneckerGraph() {
    KroneckerEdges edges = new KroneckerEdges(12, KroneckerEdges.EDGE_FACTOR, 1);
    List<Edge> list = Collections.synchronizedList(new ArrayList<>());
    edges.forEach((one, other) -> list.add(new Edge(one, other)));
    Set<Edge> others = new HashSet<>();
    new KroneckerEdges(12, KroneckerEdges.EDGE_FACTOR, 2)
        .forEach(
            (one, other) -> {
              synchronized (others) {
                others.add(new Edge(one, other));
              }
            });

    assertThat(list).hasSize(16 << 12).allMatch(e -> (e.one() | e.other()) < 1 << 12);
    assertThat(others).isNotEqualTo(new HashSet<>(list));

    try (Arena arena = Arena.ofShared()) {
      CsrGraph graph = CsrGraph.of(edges, arena);
      // Its degrees are very uneven: the mean is below 32.
      assertThat(graph.degree(graph.hub())).isGreaterThan(32 * 20);
      int[] levels = levelsByQueue(graph, graph.hub());
      assertThat(levelsByRelaxing(graph, graph.hub())).isEqualTo(levels);
      assertThat(levelsByQueue(CsrGraph.of(edges, arena), graph.hub())).isEqualTo(levels);
      assertThat(graph.areLevels(levels, graph.hub())).isTrue();
    }
  }

  /** The probabilities of the quarters, at the first halving, seen through the renaming. */
  @Test
  void edgesFallIntoTheQuartersOfGraph500() {
    long[] quarters = new long[4];
    KroneckerEdges edges = new KroneckerEdges(1, 1 << 18, 1);
    edges.forEach(
        (one, other) -> {
          synchronized (quarters) {
            quarters[2 * one + other]++;
          }
        });

    assertThat(
            LongStream.of(quarters).sorted().mapToObj(n -> Math.round(n * 100.0 / edges.edges())))
        .containsExactly(5L, 19L, 19L, 57L);
  }

  /** In sparse graphs of all kinds, some of whose vertices cannot be reached. */
  @Test
  void anyOneWrongLevelIsFound() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      int vertices = 2 + random.nextInt(20);
      List<Edge> list = new ArrayList<>();
      for (int i = random.nextInt(2 * vertices); i > 0; i--) {
        list.add(new Edge(random.nextInt(vertices), random.nextInt(vertices)));
      }
      try (Arena arena = Arena.ofShared()) {
        CsrGraph graph = CsrGraph.of(new Edges(vertices, list), arena);
        int source = random.nextInt(vertices);
        int[] levels = levelsByQueue(graph, source);
        assertThat(graph.areLevels(levels, source)).isTrue();
        for (int vertex = 0; vertex < vertices; vertex++) {
          int right = levels[vertex];
          for (int wrong = -2; wrong <= vertices; wrong++) {
            levels[vertex] = wrong;
            assertThat(graph.areLevels(levels, source)).isEqualTo(wrong == right);
          }
          levels[vertex] = right;
        }
      }
    }
  }

  /** The levels of another source, or all too high by the same, are consistent but wrong. */
  @Test
  void levelsThatAreWrongTogetherAreFound() {
    Edges path = new Edges(5, List.of(new Edge(0, 1), new Edge(1, 2), new Edge(3, 4)));
    try (Arena arena = Arena.ofShared()) {
      CsrGraph graph = CsrGraph.of(path, arena);
      assertThat(graph.areLevels(new int[] {0, 1, 2, -1, -1}, 0)).isTrue();
      assertThat(graph.areLevels(new int[] {2, 1, 0, -1, -1}, 0)).isFalse();
      assertThat(graph.areLevels(new int[] {0, 1, 2, 5, 6}, 0)).as("an island").isFalse();
      assertThat(graph.areLevels(new int[] {0, 1, 2, 0, 1}, 0)).as("another source").isFalse();
      assertThat(graph.areLevels(new int[] {1, 2, 3, -1, -1}, 0)).isFalse();
      assertThat(graph.areLevels(new int[] {0, -1, -1, -1, -1}, 0)).as("stopped early").isFalse();
    }
  }

  @Test
  void aGraphOfASize() {
    for (long bytes : new long[] {1 << 12, 1 << 20, 100 << 20, 6L << 30, 60L << 30}) {
      KroneckerEdges edges = KroneckerEdges.ofBytes(bytes, 1);
      long csrBytes = 12L * edges.vertices() + 8 * edges.edges();
      assertThat(csrBytes).isLessThanOrEqualTo(bytes).isGreaterThan(bytes * 9 / 10);
      assertThat(edges.edgeFactor()).isGreaterThanOrEqualTo(KroneckerEdges.EDGE_FACTOR);
      assertThat(edges.scale()).isLessThanOrEqualTo(KroneckerEdges.LARGEST_SCALE);
    }
  }

  /** By the textbook's queue. */
  private static int[] levelsByQueue(CsrGraph graph, int source) {
    int[] levels = new int[graph.vertices()];
    Arrays.fill(levels, CsrGraph.UNREACHED);
    int[] queue = new int[graph.vertices()];
    levels[source] = 0;
    queue[0] = source;
    int queued = 1;
    for (int head = 0; head < queued; head++) {
      int vertex = queue[head];
      for (long edge = graph.offset(vertex); edge < graph.offset(vertex + 1); edge++) {
        int target = graph.targets().getAtIndex(ValueLayout.JAVA_INT, edge);
        if (levels[target] == CsrGraph.UNREACHED) {
          levels[target] = levels[vertex] + 1;
          queue[queued++] = target;
        }
      }
    }
    return levels;
  }

  /** Goes over all edges until nothing changes. */
  private static int[] levelsByRelaxing(CsrGraph graph, int source) {
    int[] levels = new int[graph.vertices()];
    Arrays.fill(levels, Integer.MAX_VALUE - 1);
    levels[source] = 0;
    for (boolean changed = true; changed; ) {
      changed = false;
      for (int vertex = 0; vertex < graph.vertices(); vertex++) {
        for (long edge = graph.offset(vertex); edge < graph.offset(vertex + 1); edge++) {
          int target = graph.targets().getAtIndex(ValueLayout.JAVA_INT, edge);
          if (levels[vertex] + 1 < levels[target]) {
            levels[target] = levels[vertex] + 1;
            changed = true;
          }
        }
      }
    }
    return Arrays.stream(levels)
        .map(level -> level == Integer.MAX_VALUE - 1 ? -1 : level)
        .toArray();
  }

  @Test
  void edgesFromAFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("edges");
    Files.writeString(file, "% comment\n# comment\n\n0\t3\n2 1 0.5\n4,0\n");
    EdgeListFile edges = EdgeListFile.open(file);
    List<Edge> list = new ArrayList<>();

    edges.forEach((one, other) -> list.add(new Edge(one, other)));

    assertThat(edges.vertices()).isEqualTo(5);
    assertThat(list).containsExactly(new Edge(0, 3), new Edge(2, 1), new Edge(4, 0));
  }

  @Test
  void whatIsNoEdgeIsNamed(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("edges");
    for (String line : List.of("7", "1 -1", "a b", "1 2147483647")) {
      Files.writeString(file, "0 1\n" + line + "\n");
      assertThatThrownBy(() -> EdgeListFile.open(file))
          .isInstanceOf(Options.UsageException.class)
          .hasMessage(file + ":2: two vertex numbers expected, not: " + line);
    }
    Files.writeString(file, "# none\n");
    assertThatThrownBy(() -> EdgeListFile.open(file)).hasMessageContaining("has no edges");
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> EdgeListFile.open(missing)).hasMessageContaining("cannot read");
  }

  @Test
  void neighboursAreThoseOfASort() {
    int queries = 3;
    int neighbours = 5;
    int vectors = 10_000;
    NeighbourScan scan = new NeighbourScan(queries, neighbours);
    scan.add(3);
    assertThat(scan.nearest(0)).endsWith(NeighbourScan.NONE, NeighbourScan.NONE);
    scan.add(vectors - 3);

    int[] words = new int[vectors * NeighbourScan.WORDS];
    NeighbourScan.fill(0, words, vectors);
    for (int query = 0; query < queries; query++) {
      int[] wanted = scan.query(query);
      long[] sorted =
          IntStream.range(0, vectors)
              .mapToLong(
                  v ->
                      distanceByBytes(
                                  Arrays.copyOfRange(
                                      words,
                                      v * NeighbourScan.WORDS,
                                      (v + 1) * NeighbourScan.WORDS),
                                  wanted)
                              << 32
                          | v)
              .sorted()
              .limit(neighbours)
              .toArray();
      assertThat(scan.nearest(query)).isEqualTo(sorted);
    }
  }

  private static long distanceByBytes(int[] one, int[] other) {
    long sum = 0;
    for (int i = 0; i < 4 * NeighbourScan.WORDS; i++) {
      int shift = i % 4 * 8;
      long apart = (one[i / 4] >>> shift & 0xFF) - (other[i / 4] >>> shift & 0xFF);
      sum += apart * apart;
    }
    return sum;
  }

  @Test
  void checksumsDependOnOrder() {
    Checksum one = new Checksum();
    one.add(new int[] {1, 2, 3}, 2);
    Checksum other = new Checksum();
    other.add(2);
    other.add(1);
    Checksum same = new Checksum();
    same.add(1);
    same.add(2);

    assertThat(one.value()).isEqualTo(same.value()).isNotEqualTo(other.value());
  }
}
