package io.spillway.samples.demo;

import io.spillway.Allocation;
import io.spillway.LaunchScope;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.Placement;
import io.spillway.hint.HintKind;
import io.spillway.hint.HintStatistics;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Traffic;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Weights in managed memory of a Spillway session, with a given mover and given hints. */
final class ManagedWay implements Way {

  private final Setting setting;
  private final Spillway session;
  private final Allocation weights;
  private final Hints hints;
  private final Pace pace;
  private long readInPlaceBytes;

  /** When the next layer may be issued. */
  enum Pace {
    /** At once: the program runs ahead of the device. */
    AHEAD,
    /**
     * When the last one is done, so that making room and faulting take turns, as they do where the
     * driver evicts because a kernel faulted.
     */
    IN_TURN
  }

  /** What the session is told of the weights once they are written. */
  enum Hints {
    /** Nothing: layers leave the device by being written back. */
    NONE,
    /** They are only read: their device copies can be dropped. */
    READ_MOSTLY,
    /** They stay on the host, and kernels read them there. */
    ZERO_COPY
  }

  ManagedWay(Setting setting, Hints hints, Pace pace, List<SessionPlugin> movers) {
    this.setting = setting;
    this.hints = hints;
    this.pace = pace;
    SpillwayConfig.Builder config =
        SpillwayConfig.builder()
            .driver(setting.driver())
            .hostMemoryGuard(setting.machine().hostMemory())
            .deviceBudget(Long.toString(setting.job().budgetBytes()))
            .plugins(
                Stream.concat(movers.stream(), setting.machine().recorder().stream()).toList());
    setting.machine().background().ifPresent(config::background);
    setting.guidance().hints().ifPresent(config::hints);
    setting.guidance().profile().ifPresent(config::profile);
    this.session = Spillway.open(config.build());
    try {
      this.weights = session.allocate(setting.job().footprintBytes(), Placement.MANAGED, "weights");
      setting.machine().hostWrites(weights.range());
      setting.write(weights.range(), setting.job().layers());
      switch (hints) {
        case NONE -> {}
        case READ_MOSTLY -> weights.readMostly();
        case ZERO_COPY -> weights.zeroCopy();
      }
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public void run(int layer, Consumer<AddressRange> launch) {
    long layerBytes = setting.job().layerBytes();
    try (LaunchScope scope = session.launch("layer", layer)) {
      scope.on(setting.stream()).reads(weights, layer * layerBytes, layerBytes);
      launch.accept(setting.layerOf(weights.range(), layer));
    }
    if (pace == Pace.IN_TURN) {
      setting.driver().synchronize(setting.stream());
    }
    if (hints == Hints.ZERO_COPY) {
      readInPlaceBytes += layerBytes * setting.job().readsPerLayer();
    }
  }

  /**
   * What the session fetched and wrote back. What launches faulted in is not seen by anyone on a
   * GPU; it is taken to be what left, which is exact once the budget is full.
   */
  @Override
  public Traffic traffic() {
    HintStatistics moved = session.statistics().hints();
    long fetched = moved.of(HintKind.FETCH).bytes();
    long writtenBack = moved.of(HintKind.WRITE_BACK).bytes();
    long left = writtenBack + moved.of(HintKind.DROP).bytes();
    return new Traffic(Math.max(fetched, left) + readInPlaceBytes, writtenBack);
  }

  @Override
  public String trafficSource() {
    return switch (hints) {
      case NONE, READ_MOSTLY -> "fetches and write-backs asked for; what faulted in is what left";
      case ZERO_COPY -> "every read crosses the link";
    };
  }

  @Override
  public void close() {
    weights.close();
    session.close();
  }
}
