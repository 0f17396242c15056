package io.spillway.samples.demo;

import io.spillway.Allocation;
import io.spillway.Interception;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.access.ptx.KernelEvidence;
import io.spillway.access.ptx.PtxModule;
import io.spillway.allocate.Placement;
import io.spillway.hint.HintKind;
import io.spillway.hint.HintStatistics;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.KernelTexts;
import io.spillway.samples.device.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Weights in managed memory, an allocation for each layer, in a session that is told what the agent
 * sees of a program that knows nothing of Spillway: the kernel's name, which allocations it is
 * given, and what the kernel's PTX text says it does with them. No scopes, no hints.
 */
final class InterceptedWay implements Way {

  private static final String KERNEL = "layer_sums";

  /** Which of its parameters are the weights. */
  private static final int WEIGHTS = 0;

  private final Setting setting;
  private final Spillway session;
  private final Interception interception;
  private final AccessKind use;
  private final List<Allocation> layers = new ArrayList<>();
  private int launches;

  InterceptedWay(Setting setting, List<SessionPlugin> plugins) {
    this(setting, plugins, config -> {});
  }

  /**
   * Allocates and writes the weights.
   *
   * @param more what else is set in the session's configuration
   */
  InterceptedWay(
      Setting setting, List<SessionPlugin> plugins, Consumer<SpillwayConfig.Builder> more) {
    this.setting = setting;
    this.use = useOfWeights();
    SpillwayConfig.Builder config =
        SpillwayConfig.builder()
            .driver(setting.driver())
            .hostMemoryGuard(setting.machine().hostMemory())
            .deviceBudget(Long.toString(setting.job().budgetBytes()))
            .plugins(plugins);
    setting.machine().background().ifPresent(config::background);
    more.accept(config);
    this.session = Spillway.open(config.build());
    this.interception = session.interception();
    try {
      for (int layer = 0; layer < setting.job().layers(); layer++) {
        Allocation weights =
            session.allocate(setting.job().layerBytes(), Placement.MANAGED, "layer " + layer);
        layers.add(weights);
        setting.machine().hostWrites(weights.range());
        setting.write(layer, weights.range());
      }
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static AccessKind useOfWeights() {
    KernelEvidence evidence =
        PtxModule.parse(KernelTexts.named("layers.ptx")).kernel(KERNEL).orElseThrow();
    return evidence.at(WEIGHTS, 0).kind().orElseThrow();
  }

  @Override
  public void run(int layer, Consumer<AddressRange> launch) {
    AddressRange weights = layers.get(layer).range();
    Launch seen = interception.launch(KERNEL, launches++, setting.stream());
    interception.declare(seen, List.of(new RangeAccess(weights, use)), true);
    launch.accept(weights);
    interception.issued(seen);
  }

  /** What the session fetched, or what left if that is more: the rest of it was faulted in. */
  @Override
  public Traffic traffic() {
    HintStatistics moved = session.statistics().hints();
    long writtenBack = moved.of(HintKind.WRITE_BACK).bytes();
    long left = writtenBack + moved.of(HintKind.DROP).bytes();
    return new Traffic(Math.max(moved.of(HintKind.FETCH).bytes(), left), writtenBack);
  }

  @Override
  public String trafficSource() {
    return "fetches and write-backs asked for; what faulted in is what left";
  }

  @Override
  public void close() {
    layers.forEach(Allocation::close);
    session.close();
  }
}
