package io.spillway.benchmarks.compare;

/** Learns how far a comparison is. Called by any thread. */
public interface Watcher {

  /** That many tasks are to be done. */
  void begin(int tasks);

  /** One more is done. */
  void done(String title);

  /** All are, or it failed. */
  void end();

  /** Nobody watches. */
  static Watcher nobody() {
    return new Watcher() {
      @Override
      public void begin(int tasks) {}

      @Override
      public void done(String title) {}

      @Override
      public void end() {}
    };
  }
}
