package io.spillway.samples.demo;

import io.spillway.prefetch.Auto;
import io.spillway.prefetch.OnDemand;
import io.spillway.prefetch.OneAhead;
import io.spillway.prefetch.Profiled;
import io.spillway.range.ByteSize;
import io.spillway.samples.demo.ManagedWay.Hints;
import io.spillway.samples.demo.ManagedWay.Pace;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A row of the demo's table: a way of running the job, by the name it is reported under. */
public enum Row {
  /** All weights in device memory. */
  RESIDENT("resident", "all weights in device memory, no budget") {
    @Override
    Optional<String> whyNot(Setting setting) {
      long freeBytes = setting.driver().memoryInfo().freeBytes();
      long footprintBytes = setting.job().footprintBytes();
      return footprintBytes <= freeBytes / 10 * 9
          ? Optional.empty()
          : Optional.of(
              "does not fit: %s of weights, %s free on the device"
                  .formatted(ByteSize.format(footprintBytes), ByteSize.format(freeBytes)));
    }

    @Override
    Way open(Setting setting) {
      return new ResidentWay(setting);
    }
  },
  /** Managed, read-mostly, page faults bring data in and drops make room. */
  FAULTS("faults", "managed, read-mostly: page faults in, drops out") {
    @Override
    Way open(Setting setting) {
      return new ManagedWay(setting, Hints.READ_MOSTLY, Pace.IN_TURN, List.of(new OnDemand()));
    }
  },
  /** Managed without hints: page faults bring data in and write-backs make room. */
  FAULTS_WRITEBACK("faults-writeback", "managed, no hints: page faults in, write-backs out") {
    @Override
    boolean takesGuidance() {
      return true;
    }

    @Override
    Way open(Setting setting) {
      return new ManagedWay(setting, Hints.NONE, Pace.IN_TURN, List.of(new OnDemand()));
    }
  },
  /** Managed, read-mostly, the next layer fetched ahead. */
  ONE_AHEAD("one-ahead", "managed, read-mostly: Spillway fetches one layer ahead and drops") {
    @Override
    Way open(Setting setting) {
      return new ManagedWay(setting, Hints.READ_MOSTLY, Pace.AHEAD, List.of(new OneAhead()));
    }
  },
  /** Managed, nothing declared: launches are seen as the agent sees them. */
  SPILLWAY("spillway", "managed: Spillway predicts from launches as its agent sees them") {
    @Override
    Way open(Setting setting) {
      return new InterceptedWay(setting, List.of(new Auto(setting.guidance().moves())));
    }
  },
  /** The same, with what an earlier run launched. */
  SPILLWAY_PROFILE(
      "spillway-profile", "the same, given the schedule of an earlier run, recorded just before") {
    @Override
    boolean followsAnEarlierRun() {
      return true;
    }

    @Override
    Way open(Setting setting) {
      Guidance guidance = setting.guidance();
      return new InterceptedWay(
          setting, List.of(new Profiled(guidance.moves(), guidance.earlier().orElseThrow())));
    }
  },
  /** Managed, declared read-mostly, launches declared with what they touch. */
  SPILLWAY_SCOPES("spillway-scopes", "managed, read-mostly: Spillway predicts declared launches") {
    @Override
    Way open(Setting setting) {
      return new ManagedWay(
          setting, Hints.READ_MOSTLY, Pace.AHEAD, List.of(new Auto(setting.guidance().moves())));
    }
  },
  /** Hand-written streaming of all layers from pinned memory. */
  DOUBLE_BUFFERED("double-buffered", "hand-written: every layer through a ring, pinned copies") {
    @Override
    Way open(Setting setting) {
      return new DoubleBufferedWay(setting, 0, setting.job().ringLayers());
    }
  },
  /** Hand-written streaming of the layers that do not fit beside the ring. */
  DOUBLE_BUFFERED_KEPT(
      "double-buffered-kept", "hand-written: what fits is kept, the rest through a ring") {
    @Override
    Way open(Setting setting) {
      Job job = setting.job();
      int buffers = Math.min(job.ringLayers(), job.layersInBudget() - job.keptLayers());
      return new DoubleBufferedWay(setting, job.keptLayers(), buffers);
    }
  },
  /** Managed, staying on the host, kernels read it across the link. */
  ZERO_COPY("zero-copy", "managed, on the host: kernels read it in place") {
    @Override
    Way open(Setting setting) {
      return new ManagedWay(setting, Hints.ZERO_COPY, Pace.AHEAD, List.of());
    }
  };

  /** The name of the row that is worked out, not run. */
  public static final String BOUND = "bound";

  private final String label;
  private final String description;

  Row(String label, String description) {
    this.label = label;
    this.description = description;
  }

  /** The name it is reported under. */
  public String label() {
    return label;
  }

  /** What it does, in a line. */
  public String description() {
    return description;
  }

  /**
   * The row of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Row named(String label) {
    return Arrays.stream(values())
        .filter(row -> row.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "row '%s': known are %s"
                        .formatted(
                            label,
                            Arrays.stream(values())
                                .map(Row::label)
                                .collect(Collectors.joining(", ")))));
  }

  /** Why it cannot be run in {@code setting}; empty if it can. */
  Optional<String> whyNot(Setting setting) {
    return Optional.empty();
  }

  /** Whether it has no hints of its own, so that some can be given, and is worth recording. */
  boolean takesGuidance() {
    return false;
  }

  /** Whether it is given what an earlier run launched. */
  boolean followsAnEarlierRun() {
    return false;
  }

  /** Allocates and writes its weights. */
  abstract Way open(Setting setting);
}
