package io.spillway.samples.jcuda;

/** Where a graph's edges come from, in no order. They have no direction. */
interface EdgeList {

  /** Takes an edge. Called from several threads at a time. */
  @FunctionalInterface
  interface Visitor {
    void edge(int one, int other);
  }

  /** One more than the highest vertex there may be. */
  int vertices();

  /** Goes through all edges: the same ones each time. */
  void forEach(Visitor visitor);
}
