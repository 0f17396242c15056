package io.spillway.benchmarks.plan;

import io.spillway.allocate.HostReserve;
import io.spillway.benchmarks.compare.Contender;
import io.spillway.benchmarks.compare.Outcome;
import io.spillway.benchmarks.compare.ParallelTasks;
import io.spillway.benchmarks.compare.SimulatedReplay;
import io.spillway.benchmarks.compare.Task;
import io.spillway.benchmarks.compare.Watcher;
import io.spillway.benchmarks.compare.policy.LaunchBlocks;
import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.driver.sim.Calibration;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.GpuPreset;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Plans one trace on several cards: every way as things are and with every change, each a replay of
 * its own on the simulated driver.
 *
 * <p><b>Time on another card.</b> Compute times are multiplied by the ratio of the cards' device
 * memory bandwidths, the trace's over the planned one's: right for kernels that memory binds, and
 * too little for those that arithmetic binds where the card's is slower. Times of which it is not
 * known where they were taken stay as they are.
 *
 * <p><b>Host memory.</b> A program runs if the host can promise all of its managed memory, as a
 * session would have it, beside the reserve of {@link HostReserve#STANDARD}.
 */
public final class Planner {

  private final Trace trace;
  private final PlanSettings settings;

  /** Plans {@code trace}. */
  public Planner(Trace trace, PlanSettings settings) {
    this.trace = trace;
    this.settings = settings;
  }

  /** One lap of one way, as things are if {@code change} is empty. */
  private record Tried(Card card, Way way, Optional<Change> change, Outcome.Lap lap) {}

  /** Plans the cards of these names, on all processors. */
  public Plan plan(List<String> gpus, Watcher watcher) {
    List<Card> cards = gpus.stream().map(this::card).toList();
    List<Task<Tried>> tasks = new ArrayList<>();
    for (Card card : cards) {
      if (card.whyNot.isEmpty()) {
        for (Way way : planned()) {
          tasks.add(card.task(way, Optional.empty()));
          for (Change change : Change.values()) {
            tasks.add(card.task(way, Optional.of(change)));
          }
        }
      }
    }
    List<Tried> tried = ParallelTasks.run(tasks, watcher);
    TraceBlocks blocks = new TraceBlocks(trace);
    int largest = 0;
    for (int i = 0; i < blocks.launches(); i++) {
      LaunchBlocks launch = blocks.launch(i);
      largest = Math.max(largest, launch.touched().length);
    }
    return new Plan(
        trace.name(),
        trace.laps(),
        trace.launches() - trace.lastLapStart(),
        largest * Blocks.BYTES,
        Calibration.h200(),
        cards.stream().map(card -> card.plan(tried)).toList());
  }

  private List<Way> planned() {
    return Arrays.stream(Way.values()).filter(way -> refusal(way).isEmpty()).toList();
  }

  private List<String> refused() {
    return Arrays.stream(Way.values()).flatMap(way -> refusal(way).stream()).toList();
  }

  private Optional<String> refusal(Way way) {
    return way.contender().whyNot(trace);
  }

  private Card card(String gpu) {
    return new Card(GpuPreset.of(gpu));
  }

  /** One card, and the program as it would be there. */
  private final class Card {
    final GpuPreset preset;
    final double timeFactor;
    final TraceBlocks blocks;
    final long footprintBytes;
    final long hostBytes;
    final long budgetBytes;
    final Optional<String> whyNot;

    Card(GpuPreset preset) {
      this.preset = preset;
      GpuModel model = preset.model();
      timeFactor =
          trace
              .timedOn()
              .map(gpu -> GpuModel.named(gpu).deviceReadGBps() / model.deviceReadGBps())
              .orElse(1.0);
      blocks =
          new TraceBlocks(timeFactor == 1 ? trace : TraceVariant.timesScaled(trace, timeFactor));
      footprintBytes = blocks.count() * Blocks.BYTES;
      long free = settings.hostBytes().orElse(model.hostMemoryBytes());
      hostBytes = free - HostReserve.STANDARD.bytes(free);
      long budget = 0;
      Optional<String> reason = Optional.empty();
      try {
        budget = settings.budget().resolve(model.memoryBytes(), hostBytes);
      } catch (IllegalArgumentException e) {
        reason = Optional.of(String.valueOf(e.getMessage()));
      }
      budgetBytes = budget;
      whyNot = reason.or(this::hostTooSmall);
    }

    private Optional<String> hostTooSmall() {
      return footprintBytes <= hostBytes
          ? Optional.empty()
          : Optional.of(
              "the host must be able to hold all %s of managed memory, and has %s for it; give it more memory, or the program less"
                  .formatted(ByteSize.format(footprintBytes), ByteSize.format(hostBytes)));
    }

    Task<Tried> task(Way way, Optional<Change> change) {
      String title =
          "%s, %s, %s"
              .formatted(
                  preset.id(), way.label(), change.map(Change::label).orElse("as things are"));
      return new Task<>(
          title, () -> List.of(new Tried(this, way, change, replay(way.contender(), change))));
    }

    private Outcome.Lap replay(Contender contender, Optional<Change> change) {
      if (change.isEmpty()) {
        return lap(blocks, preset.model(), contender, budgetBytes);
      }
      return switch (change.get()) {
        case BUDGET -> lap(blocks, preset.model(), contender, moreBudget());
        case LINK ->
            lap(blocks, FasterLink.of(preset.id(), Change.FASTER_LINK), contender, budgetBytes);
        case SPLITTING ->
            lap(
                new TraceBlocks(TraceVariant.launchesSplit(blocks.trace())),
                preset.model(),
                contender,
                budgetBytes);
      };
    }

    private long moreBudget() {
      long more = Blocks.floor((long) (budgetBytes * Change.MORE_BUDGET));
      long most = Math.min(preset.model().memoryBytes(), hostBytes);
      return Math.clamp(more, budgetBytes, Blocks.floor(most));
    }

    CardPlan plan(List<Tried> tried) {
      double resident = residentSeconds();
      List<WayTimes> ways = new ArrayList<>();
      for (Way way : Way.values()) {
        Map<Change, Double> changed = new EnumMap<>(Change.class);
        Optional<Outcome.Lap> asIs = Optional.empty();
        for (Tried each : tried) {
          if (each.card() == this && each.way() == way) {
            if (each.change().isEmpty()) {
              asIs = Optional.of(each.lap());
            } else {
              changed.put(each.change().get(), each.lap().seconds());
            }
          }
        }
        asIs.ifPresent(lap -> ways.add(new WayTimes(way, lap, changed)));
      }
      OptionalDouble cpu =
          settings.cpu().isEmpty()
              ? OptionalDouble.empty()
              : OptionalDouble.of(
                  settings.cpu().get().lapSeconds(resident, preset.model().deviceReadGBps()));
      return new CardPlan(
          preset,
          whyNot,
          footprintBytes,
          budgetBytes,
          hostBytes,
          timeFactor,
          resident,
          ways,
          refused(),
          cpu);
    }

    private double residentSeconds() {
      double[] launches = new SimulatedReplay(blocks, preset.model()).residentSeconds();
      return Arrays.stream(launches).skip(trace.lastLapStart()).sum();
    }
  }

  private static Outcome.Lap lap(
      TraceBlocks blocks, GpuModel model, Contender contender, long budgetBytes) {
    return new SimulatedReplay(blocks, model).run(contender, budgetBytes).lastLap();
  }
}
