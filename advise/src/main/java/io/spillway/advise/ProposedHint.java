package io.spillway.advise;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A hint that a rule proposes for some blocks of an allocation.
 *
 * @param rule the rule's name
 * @param treatment what is to be done
 * @param allocation index in the profile
 * @param span which blocks
 * @param whileLaunches labels of the launches it is for, where laps differ: it is given when one of
 *     them touches the span and taken back when another launch does; empty if it is for all
 * @param basis how it is known what launches do with the span
 * @param reason why, in a sentence
 * @param evidence the figures that made the rule fire, by name
 * @param saving what it is expected to save on the recorded machine
 */
public record ProposedHint(
    String rule,
    Treatment treatment,
    int allocation,
    BlockSpan span,
    List<String> whileLaunches,
    Basis basis,
    String reason,
    Map<String, Long> evidence,
    Saving saving) {

  /** Copies list and map, the map in its order. */
  public ProposedHint {
    whileLaunches = List.copyOf(whileLaunches);
    evidence = Collections.unmodifiableMap(new LinkedHashMap<>(evidence));
  }
}
