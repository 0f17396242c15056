package io.spillway.advise.replay;

import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.advise.Basis;
import io.spillway.advise.ManagedRoom;
import io.spillway.advise.ProposedHint;
import io.spillway.advise.Recommendation;
import io.spillway.advise.Replay;
import io.spillway.advise.ReplayCost;
import io.spillway.advise.SiteHint;
import io.spillway.advise.apply.HintsPlugin;
import io.spillway.allocate.AllocationTracking;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A profile's laps on a simulated device of the size of the recorded budget, so that the simulated
 * driver's own eviction keeps it, with and without hints alike. A real session runs there, and the
 * plugin that will apply the hints gives them: what is checked is what the next run does.
 *
 * <p>Of each phase three laps are run: the first counts once for each time the program came to the
 * phase, with what giving the hints costs; the third, which is like all that follow, for the other
 * laps. Observed hints are taken to have passed their trial.
 *
 * <p>What it cannot know: how kernels order their accesses inside a launch (front to back here),
 * and what computing costs beyond reading (nothing). Immutable; each replay has a driver of its
 * own.
 */
public final class LapReplay implements Replay {

  /** Laps until one is like the next: the first begins on filled data, the second warms up. */
  private static final int WARM_LAPS = 2;

  private static final double NANOS_PER_SECOND = 1e9;

  private final Profile profile;
  private final GpuModel model;
  private final ReplayScale scale;
  private final List<PhaseProfile> phases;
  private final long roomBytes;

  /** A replay of {@code profile} on the model most like the machine it was recorded on. */
  public static Replay of(Profile profile) {
    return new LapReplay(profile, modelFor(profile.recording().machine()));
  }

  /** A replay of {@code profile} on {@code model}, whatever memory that has. */
  public LapReplay(Profile profile, GpuModel model) {
    this.profile = profile;
    this.model = model;
    this.phases =
        profile.phases().stream()
            .filter(phase -> phase.repeats() && phase.schedule().length() > 0)
            .toList();
    this.scale = ReplayScale.of(profile, phases);
    this.roomBytes =
        phases.stream().mapToLong(phase -> ManagedRoom.bytes(profile, phase)).max().orElse(0);
  }

  /** The model whose name is in the device's; the measured one if none is. */
  private static GpuModel modelFor(MachineFigures machine) {
    String device = machine.device().toLowerCase(Locale.ROOT);
    for (String name : GpuModel.names()) {
      GpuModel model = GpuModel.named(name);
      if (device.contains(model.name().toLowerCase(Locale.ROOT))) {
        return model;
      }
    }
    return GpuModel.h200();
  }

  @Override
  public ReplayCost cost(List<ProposedHint> hints) {
    List<SiteHint> given = new ArrayList<>();
    for (ProposedHint hint : hints) {
      scale.hint(profile, asTried(hint)).ifPresent(given::add);
    }
    try (SimulatedDriver driver =
            SimulatedDriver.builder(model)
                .deviceBytes(scale.deviceBytes(profile, roomBytes))
                .hostBytes(Long.MAX_VALUE / 2)
                .open();
        Spillway session = Spillway.open(config(driver, given));
        ReplayedProgram program = new ReplayedProgram(profile, driver, session, scale)) {
      ReplayMeter meter = new ReplayMeter();
      program.allocateAndFill(phases);
      for (PhaseProfile phase : phases) {
        replay(phase, program, driver, meter);
      }
      return meter.cost(scale.factor());
    }
  }

  private void replay(
      PhaseProfile phase, ReplayedProgram program, SimulatedDriver driver, ReplayMeter meter) {
    long firsts = Math.clamp(phase.runs(), 1, phase.laps());
    ReplayMeter.Reading before = ReplayMeter.read(driver);
    for (int lap = 0; lap <= WARM_LAPS; lap++) {
      program.lap(phase);
      ReplayMeter.Reading after = ReplayMeter.read(driver);
      if (lap == 0) {
        meter.add(before, after, firsts);
      } else if (lap == WARM_LAPS) {
        meter.add(before, after, phase.laps() - firsts);
      }
      before = after;
    }
  }

  private static SpillwayConfig config(SimulatedDriver driver, List<SiteHint> hints) {
    return SpillwayConfig.builder()
        .driver(driver)
        .deviceBudget("100%")
        .hostMemoryGuard(HostMemoryGuard.ofBytes(Long.MAX_VALUE / 2))
        .tracking(AllocationTracking.NONE)
        .background(driver.hostThread("background"))
        .plugins(List.of(new HintsPlugin(hints)))
        .build();
  }

  /** Nothing can be tried out where there are no contents. */
  private static ProposedHint asTried(ProposedHint hint) {
    return hint.basis() != Basis.OBSERVED
        ? hint
        : new ProposedHint(
            hint.rule(),
            hint.treatment(),
            hint.allocation(),
            hint.span(),
            hint.whileLaunches(),
            Basis.PROVEN,
            hint.reason(),
            hint.evidence(),
            hint.saving());
  }

  /** Seconds of {@code nanos}. */
  static double seconds(double nanos) {
    return nanos / NANOS_PER_SECOND;
  }

  /** The hint for the allocation that stands for the profile's. */
  static SiteHint forReplay(Profile profile, ProposedHint hint, long allocationBytes) {
    SiteHint site = Recommendation.siteHint(profile, hint);
    return new SiteHint(
        site.rule(),
        site.treatment(),
        "",
        ReplayedProgram.label(hint.allocation()),
        false,
        allocationBytes,
        hint.span().offset(),
        hint.span().bytes(),
        site.whileLaunches(),
        site.basis(),
        site.reason(),
        site.saving());
  }
}
