package io.spillway.samples.writing;

import io.spillway.Allocation;
import io.spillway.LaunchScope;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.hint.HintKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Layers;
import io.spillway.samples.device.Machine;
import java.util.List;
import java.util.function.Consumer;

/** Layers in managed memory of a session with a given mover, each launch declared. */
final class ManagedStore implements Store {

  private final Machine machine;
  private final StreamHandle stream;
  private final boolean told;
  private final boolean inTurn;
  private final long layerBytes;
  private final Spillway session;
  private final Allocation activations;

  /**
   * Opens a session.
   *
   * @param told whether it is told which launches only read; else any may write
   * @param inTurn whether each launch is waited for, so that making room and faulting take turns as
   *     they do where the driver evicts
   */
  ManagedStore(
      Machine machine,
      StreamHandle stream,
      Layers layers,
      SessionPlugin mover,
      boolean told,
      boolean inTurn) {
    this.machine = machine;
    this.stream = stream;
    this.told = told;
    this.inTurn = inTurn;
    this.layerBytes = layers.layerBytes();
    SpillwayConfig.Builder config =
        SpillwayConfig.builder()
            .driver(machine.driver())
            .hostMemoryGuard(machine.hostMemory())
            .deviceBudget(Long.toString(layers.budgetBytes()))
            .plugins(List.of(mover));
    machine.background().ifPresent(config::background);
    this.session = Spillway.open(config.build());
    try {
      this.activations = session.allocate(layers.bytes(), Placement.MANAGED, "activations");
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public void write(int layer, Consumer<AddressRange> launch) {
    try (LaunchScope scope = session.launch("forward", layer)) {
      scope.on(stream).writes(activations, layer * layerBytes, layerBytes);
      launch.accept(activations.range().slice(layer * layerBytes, layerBytes));
    }
    takeTurns();
  }

  @Override
  public void read(int layer, Consumer<AddressRange> launch) {
    try (LaunchScope scope = session.launch("backward", layer)) {
      if (told) {
        scope.on(stream).reads(activations, layer * layerBytes, layerBytes);
      } else {
        scope.on(stream).updates(activations, layer * layerBytes, layerBytes);
      }
      launch.accept(activations.range().slice(layer * layerBytes, layerBytes));
    }
    takeTurns();
  }

  private void takeTurns() {
    if (inTurn) {
      machine.driver().synchronize(stream);
    }
  }

  @Override
  public String remark() {
    return "in all fetched %s, written back %s, accessed in place from then on %s"
        .formatted(
            ByteSize.format(session.statistics().fetchedBytes()),
            ByteSize.format(session.statistics().writtenBackBytes()),
            ByteSize.format(session.statistics().hints().of(HintKind.ACCESSED_BY).bytes()));
  }

  @Override
  public void close() {
    activations.close();
    session.close();
  }
}
