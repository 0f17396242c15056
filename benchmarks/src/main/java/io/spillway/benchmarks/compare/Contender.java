package io.spillway.benchmarks.compare;

import io.spillway.SessionPlugin;
import io.spillway.benchmarks.compare.policy.PolicyName;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.prefetch.Auto;
import io.spillway.prefetch.OnDemand;
import io.spillway.prefetch.OneAhead;
import io.spillway.prefetch.Profiled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What competes: a policy written for the comparison, or a plugin of Spillway's own sessions. */
public sealed interface Contender {

  /** Its name on the command line and in reports. */
  String label();

  /** Why it cannot be compared fairly on {@code trace}; empty if it can. */
  Optional<String> whyNot(Trace trace);

  /**
   * A policy that plans hints.
   *
   * @param name which one
   */
  record Planned(PolicyName name) implements Contender {
    @Override
    public String label() {
      return name.label();
    }

    @Override
    public Optional<String> whyNot(Trace trace) {
      return name.whyNot(trace);
    }
  }

  /**
   * A session plugin: launches are declared to the session as a program would, and what decides is
   * what users run.
   *
   * @param plugin which one
   */
  record Plugged(Plugin plugin) implements Contender {
    @Override
    public String label() {
      return plugin.label;
    }

    @Override
    public Optional<String> whyNot(Trace trace) {
      return Optional.empty();
    }
  }

  /** The session plugins there are. */
  enum Plugin {
    /** {@link OnDemand}: keeps the budget, fetches nothing. */
    ON_DEMAND("session-on-demand"),
    /** {@link OneAhead}: fetches one range ahead. */
    ONE_AHEAD("session-one-ahead"),
    /** {@link Auto}: the engine, which predicts. */
    AUTO("session-auto"),
    /** The same, where the program names its next launches before each. */
    UPCOMING("session-upcoming"),
    /** {@link Profiled}: the engine with the schedule of an earlier run of the same trace. */
    PROFILED("session-profile");

    /**
     * As many launches as a program knows that has chosen experts for some layers, or a batch's
     * models. Of 1, 4, 8 and 32, it is the least with which experts and training take no longer
     * than without names at any ratio; 32 are better still for what takes turns, but few programs
     * know as much.
     */
    private static final int NAMED_AHEAD = 8;

    private final String label;

    Plugin(String label) {
      this.label = label;
    }

    /** How many launches, with the one about to be made, the program names before each. */
    int namedAhead() {
      return switch (this) {
        case UPCOMING -> NAMED_AHEAD;
        case ON_DEMAND, ONE_AHEAD, AUTO, PROFILED -> 0;
      };
    }

    /** A plugin for one session, which runs {@code trace}. */
    SessionPlugin create(Trace trace) {
      return switch (this) {
        case ON_DEMAND -> new OnDemand();
        case ONE_AHEAD -> new OneAhead();
        case AUTO, UPCOMING -> new Auto();
        case PROFILED -> new Profiled(EarlierRun.of(trace));
      };
    }
  }

  /** All there are, in the order in which reports name them. */
  static List<Contender> all() {
    List<Contender> all = new ArrayList<>();
    for (PolicyName name : PolicyName.values()) {
      all.add(new Planned(name));
    }
    for (Plugin plugin : Plugin.values()) {
      all.add(new Plugged(plugin));
    }
    return all;
  }

  /**
   * The one of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Contender named(String name) {
    return all().stream()
        .filter(contender -> contender.label().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "policy '%s': known are %s"
                        .formatted(
                            name,
                            all().stream()
                                .map(Contender::label)
                                .collect(Collectors.joining(", ")))));
  }
}
