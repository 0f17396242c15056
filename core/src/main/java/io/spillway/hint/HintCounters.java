package io.spillway.hint;

import io.spillway.driver.DriverException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Counts hints by kind, and logs the first refusal of each kind. Safe for use by any thread. */
final class HintCounters {

  private static final class Counter {
    private final LongAdder applied = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder clippedAway = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final AtomicBoolean logged = new AtomicBoolean();
  }

  private final Map<HintKind, Counter> counters = new EnumMap<>(HintKind.class);

  HintCounters() {
    for (HintKind kind : HintKind.values()) {
      counters.put(kind, new Counter());
    }
  }

  void applied(HintKind kind, long bytes) {
    Counter counter = counter(kind);
    counter.applied.increment();
    counter.bytes.add(bytes);
  }

  void clippedAway(HintKind kind) {
    counter(kind).clippedAway.increment();
  }

  void refused(HintKind kind, DriverException failure) {
    Counter counter = counter(kind);
    counter.refused.increment();
    if (counter.logged.compareAndSet(false, true)) {
      log()
          .log(
              System.Logger.Level.WARNING,
              "hint {0} refused: {1}; results are unaffected, further refusals of this kind are"
                  + " only counted",
              kind,
              failure.getMessage());
    }
  }

  HintStatistics snapshot() {
    Map<HintKind, HintStatistics.Count> byKind = new EnumMap<>(HintKind.class);
    counters.forEach(
        (kind, counter) ->
            byKind.put(
                kind,
                new HintStatistics.Count(
                    counter.applied.sum(),
                    counter.refused.sum(),
                    counter.clippedAway.sum(),
                    counter.bytes.sum())));
    return new HintStatistics(byKind);
  }

  @SuppressWarnings("NullAway") // every kind has a counter from construction on
  private Counter counter(HintKind kind) {
    return counters.get(kind);
  }

  /** Not kept: starting a logger takes 20 ms, and most programs run without a line to log. */
  private static System.Logger log() {
    return System.getLogger(HintCounters.class.getName());
  }
}
