/**
 * Predicts what the next launches need, and moves it ahead of them. Of the engine only its plugins
 * are exported; its other packages are its own.
 */
module io.spillway.prefetch {
  requires transitive io.spillway.core;
  requires transitive io.spillway.advise;
  requires static org.jspecify;

  exports io.spillway.evict;
  exports io.spillway.predict;
  exports io.spillway.prefetch;

  provides io.spillway.SessionPlugin with
      io.spillway.prefetch.Auto,
      io.spillway.prefetch.OnDemand,
      io.spillway.prefetch.OneAhead,
      io.spillway.prefetch.Profiled,
      io.spillway.prefetch.ZeroCopy;
  provides io.spillway.StandardPlugin with
      io.spillway.prefetch.OnLap;
}
