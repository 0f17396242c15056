package io.spillway.samples.advise;

import io.spillway.advise.ProposedHint;
import io.spillway.advise.Recommendation;
import io.spillway.advise.ReplayCost;
import io.spillway.advise.Saving;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.Profile;
import io.spillway.range.ByteSize;
import io.spillway.samples.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Advice for people. */
final class AdviceText {

  private final Recommendation advice;
  private final boolean explain;

  AdviceText(Recommendation advice, boolean explain) {
    this.advice = advice;
    this.explain = explain;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    if (advice.hints().isEmpty()) {
      text.append("No hints.\n");
    } else {
      text.append(table());
    }
    for (Recommendation.Kept kept : advice.hints()) {
      text.append('\n').append(where(kept.hint())).append(": ").append(kept.hint().reason());
      text.append(launches(kept.hint())).append(".\n");
      if (explain) {
        text.append("  ").append(figures(kept.hint())).append('\n');
        text.append("  on the replay it saves ").append(saving(kept.replayed())).append('\n');
      }
    }
    proposals(text);
    if (explain) {
      dropped(text);
      replay(text);
    }
    advice.notes().forEach(note -> text.append("\nNote: ").append(note).append(".\n"));
    missing(text);
    return text.toString();
  }

  private String table() {
    Table table =
        new Table("allocation", "range", "hint", "known", "saves", "to device", "to host");
    table.alignLeft(0, 1, 2, 3);
    for (Recommendation.Kept kept : advice.hints()) {
      ProposedHint hint = kept.hint();
      table.row(
          name(hint),
          range(hint),
          hint.treatment().key(),
          hint.basis().key(),
          "%.3f s".formatted(hint.saving().seconds()),
          signed(hint.saving().bytesToDevice()),
          signed(hint.saving().bytesToHost()));
    }
    return table.toString();
  }

  private void proposals(StringBuilder text) {
    if (!advice.proposals().isEmpty()) {
      text.append("\nFor the program's author, since these could change results:\n");
    }
    for (ProposedHint hint : advice.proposals()) {
      text.append("  ").append(where(hint)).append(": ").append(hint.reason());
      text.append("; saves ").append(saving(hint.saving())).append('\n');
      if (explain) {
        text.append("    ").append(figures(hint)).append('\n');
      }
    }
  }

  private void dropped(StringBuilder text) {
    if (!advice.dropped().isEmpty()) {
      text.append("\nDropped:\n");
    }
    for (Recommendation.Dropped dropped : advice.dropped()) {
      ProposedHint hint = dropped.hint();
      text.append("  %s %s: %s%n".formatted(where(hint), hint.treatment().key(), dropped.why()));
    }
  }

  private void replay(StringBuilder text) {
    Optional<ReplayCost> without = advice.withoutHints();
    Optional<ReplayCost> with = advice.withHints();
    if (without.isPresent() && with.isPresent()) {
      text.append("\nThe recorded laps on the simulator, which is a model and not your card:\n");
      text.append("  without hints ").append(cost(without.get())).append('\n');
      text.append("  with them     ").append(cost(with.get())).append('\n');
    }
  }

  private void missing(StringBuilder text) {
    List<String> missing = advice.profile().recording().missing();
    missing.forEach(line -> text.append("\nNot recorded: ").append(line).append('\n'));
  }

  private static String cost(ReplayCost cost) {
    return "%.3f s, %s to the device, %s to the host of which %s evicted, %s read in place"
        .formatted(
            cost.seconds(),
            ByteSize.format(cost.bytesToDevice()),
            ByteSize.format(cost.bytesToHost()),
            ByteSize.format(cost.evictedBytes()),
            ByteSize.format(cost.inPlaceBytes()));
  }

  private static String saving(Saving saving) {
    return "%.3f s, %s to the device, %s to the host"
        .formatted(saving.seconds(), signed(saving.bytesToDevice()), signed(saving.bytesToHost()));
  }

  private static String signed(long bytes) {
    return bytes < 0 ? "-" + ByteSize.format(-bytes) : ByteSize.format(bytes);
  }

  private static String figures(ProposedHint hint) {
    StringBuilder text = new StringBuilder("rule ").append(hint.rule());
    for (Map.Entry<String, Long> figure : hint.evidence().entrySet()) {
      text.append(", ").append(figure.getKey()).append('=').append(figure.getValue());
    }
    return text.toString();
  }

  private static String launches(ProposedHint hint) {
    return hint.whileLaunches().isEmpty()
        ? ""
        : "; only while launched by " + String.join(", ", hint.whileLaunches());
  }

  private String where(ProposedHint hint) {
    return name(hint) + " " + range(hint);
  }

  private String name(ProposedHint hint) {
    return name(advice.profile(), hint);
  }

  /** The label, else the site. */
  static String name(Profile profile, ProposedHint hint) {
    AllocationProfile allocation = profile.allocations().get(hint.allocation());
    return allocation.label().isEmpty() ? allocation.site() : allocation.label();
  }

  private String range(ProposedHint hint) {
    AllocationProfile allocation = advice.profile().allocations().get(hint.allocation());
    return hint.span().blocks() == allocation.blocks().rows()
        ? "all of " + ByteSize.format(allocation.requestedBytes())
        : "%s from %s on"
            .formatted(ByteSize.format(hint.span().bytes()), ByteSize.format(hint.span().offset()));
  }
}
