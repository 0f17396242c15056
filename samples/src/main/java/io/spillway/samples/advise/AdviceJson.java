package io.spillway.samples.advise;

import io.spillway.advise.ProposedHint;
import io.spillway.advise.Recommendation;
import io.spillway.advise.ReplayCost;
import io.spillway.advise.Saving;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.Direction;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileTotals;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Advice for programs: names in snake case, as of the other commands. */
final class AdviceJson {

  private AdviceJson() {}

  static Map<String, Object> of(Recommendation advice) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("device", advice.profile().recording().machine().device());
    json.put("simulated", advice.profile().recording().machine().simulated());
    json.put("budget_bytes", advice.profile().recording().machine().budgetBytes());
    json.put("tools", advice.profile().recording().tools());
    json.put("missing", advice.profile().recording().missing());
    json.put("recorded", recorded(advice.profile()));
    json.put(
        "hints",
        advice.hints().stream()
            .map(
                kept -> {
                  Map<String, Object> hint = hint(advice, kept.hint());
                  hint.put("replayed", saving(kept.replayed()));
                  return hint;
                })
            .toList());
    json.put("proposals", advice.proposals().stream().map(each -> hint(advice, each)).toList());
    json.put(
        "dropped",
        advice.dropped().stream()
            .map(
                dropped -> {
                  Map<String, Object> hint = hint(advice, dropped.hint());
                  hint.put("why", dropped.why());
                  return hint;
                })
            .toList());
    advice.withoutHints().ifPresent(cost -> json.put("replay_without_hints", cost(cost)));
    advice.withHints().ifPresent(cost -> json.put("replay_with_hints", cost(cost)));
    json.put("notes", List.copyOf(advice.notes()));
    return json;
  }

  private static Map<String, Object> recorded(Profile profile) {
    ProfileTotals totals = profile.totals();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("launches", totals.launches());
    json.put("gpu_faults", totals.gpuFaults());
    json.put("cpu_faults", totals.cpuFaults());
    json.put("bytes_to_device", totals.bytes(Direction.TO_DEVICE));
    json.put("bytes_to_host", totals.bytes(Direction.TO_HOST));
    json.put("dropped_records", profile.recording().droppedTotal());
    return json;
  }

  private static Map<String, Object> hint(Recommendation advice, ProposedHint hint) {
    AllocationProfile allocation = advice.profile().allocations().get(hint.allocation());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("label", allocation.label());
    json.put("site", allocation.site());
    json.put("allocation_bytes", allocation.requestedBytes());
    json.put("offset", hint.span().offset());
    json.put("bytes", hint.span().bytes());
    json.put("hint", hint.treatment().key());
    json.put("while", hint.whileLaunches());
    json.put("rule", hint.rule());
    json.put("basis", hint.basis().key());
    json.put("reason", hint.reason());
    json.put("evidence", hint.evidence());
    json.put("saves", saving(hint.saving()));
    return json;
  }

  private static Map<String, Object> saving(Saving saving) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seconds", saving.seconds());
    json.put("bytes_to_device", saving.bytesToDevice());
    json.put("bytes_to_host", saving.bytesToHost());
    return json;
  }

  private static Map<String, Object> cost(ReplayCost cost) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("simulated", true);
    json.put("seconds", cost.seconds());
    json.put("bytes_to_device", cost.bytesToDevice());
    json.put("bytes_to_host", cost.bytesToHost());
    json.put("evicted_bytes", cost.evictedBytes());
    json.put("in_place_bytes", cost.inPlaceBytes());
    json.put("faults", cost.faults());
    return json;
  }
}
