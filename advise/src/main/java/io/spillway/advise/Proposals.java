package io.spillway.advise;

import io.spillway.profile.AllocationProfile;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchShape;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ScheduledAccess;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the rules propose for each allocation: neighbouring blocks that deserve the same make one
 * hint, phases that agree make one hint for the whole run, and phases that differ each get their
 * own.
 */
final class Proposals {

  /**
   * The most hints for one allocation. Each boundary splits a range of the driver's, and small
   * pieces move at a third of the rate (measurements h200: {@code prefetch.h2d}, 2 M); the limit
   * itself is a judgement.
   */
  private static final int MOST_SPANS = 16;

  private final Profile profile;
  private final List<LapView> laps;
  private final List<Rule> rules;

  Proposals(Profile profile, List<LapView> laps, List<Rule> rules) {
    this.profile = profile;
    this.laps = laps;
    this.rules = rules;
  }

  /** What a block gets: who won, in which phase; -1 if in all that touch it. */
  private record Choice(Rule rule, Basis basis, int lap) {}

  private static final int ALL_LAPS = -1;

  /** The hints, allocation by allocation. */
  List<ProposedHint> list() {
    List<ProposedHint> hints = new ArrayList<>();
    for (AllocationProfile allocation : profile.allocations()) {
      if (LapView.advisable(allocation)) {
        hints.addAll(forAllocation(allocation));
      }
    }
    return hints;
  }

  private List<ProposedHint> forAllocation(AllocationProfile allocation) {
    List<Judgement> judgements =
        laps.stream().map(lap -> Judgement.of(lap, allocation, rules)).toList();
    List<ProposedHint> hints = new ArrayList<>();
    hints.addAll(spans(allocation, judgements, ALL_LAPS));
    for (int lap = 0; lap < laps.size(); lap++) {
      hints.addAll(spans(allocation, judgements, lap));
    }
    hints.sort(Comparator.comparingDouble(hint -> -hint.saving().seconds()));
    List<ProposedHint> best = new ArrayList<>(hints.subList(0, Math.min(MOST_SPANS, hints.size())));
    best.sort(Comparator.comparingInt(hint -> hint.span().first()));
    return best;
  }

  /** Runs of blocks with the same choice; what no lap touches belongs to both its neighbours. */
  private List<ProposedHint> spans(
      AllocationProfile allocation, List<Judgement> judgements, int scope) {
    List<ProposedHint> hints = new ArrayList<>();
    int blocks = allocation.blocks().rows();
    Choice current = null;
    int first = 0;
    int end = 0;
    for (int block = 0; block < blocks; block++) {
      boolean untouched = untouched(judgements, block);
      Choice choice = untouched ? null : choice(judgements, block, scope);
      if (untouched && current != null) {
        continue;
      }
      if (!Objects.equals(choice, current)) {
        add(hints, allocation, judgements, current, first, end);
        current = choice;
        first = block;
      }
      end = block + 1;
    }
    add(hints, allocation, judgements, current, first, end);
    return hints;
  }

  private static boolean untouched(List<Judgement> judgements, int block) {
    return judgements.stream().noneMatch(judgement -> judgement.touched(block));
  }

  private static @Nullable Choice choice(List<Judgement> judgements, int block, int scope) {
    Choice common = common(judgements, block);
    if (scope == ALL_LAPS || common != null) {
      return scope == ALL_LAPS ? common : null;
    }
    Judgement.Winner winner = judgements.get(scope).winner(block);
    return winner == null ? null : new Choice(winner.rule(), winner.verdict().basis(), scope);
  }

  /** The choice that holds for the whole run; null if phases differ or kernels write elsewhere. */
  private static @Nullable Choice common(List<Judgement> judgements, int block) {
    Choice common = null;
    for (Judgement judgement : judgements) {
      if (judgement.touched(block)) {
        Judgement.Winner winner = judgement.winner(block);
        if (winner == null
            || (common != null && !common.rule().equals(winner.rule()))
            || (readsOnly(winner.rule()) && judgement.everWritten(block))) {
          return null;
        }
        Basis basis = winner.verdict().basis();
        common =
            new Choice(
                winner.rule(), common == null ? basis : basis.weaker(common.basis()), ALL_LAPS);
      }
    }
    return common;
  }

  private static boolean readsOnly(Rule rule) {
    return rule.treatment() == Treatment.READ_MOSTLY || rule.treatment() == Treatment.ZERO_COPY;
  }

  private void add(
      List<ProposedHint> hints,
      AllocationProfile allocation,
      List<Judgement> judgements,
      @Nullable Choice choice,
      int first,
      int end) {
    if (choice == null) {
      return;
    }
    BlockSpan span = new BlockSpan(first, end);
    List<String> labels = List.of();
    if (choice.lap() != ALL_LAPS) {
      labels = ownLabels(choice.lap(), allocation.index(), span);
      if (labels.isEmpty()) {
        return; // No launch tells this phase from the others.
      }
    }
    LapView told =
        laps.get(choice.lap() == ALL_LAPS ? mostTouching(judgements, span) : choice.lap());
    SpanFigures figures = SpanFigures.of(told, allocation.index(), span, choice.basis());
    hints.add(
        new ProposedHint(
            choice.rule().name(),
            choice.rule().treatment(),
            allocation.index(),
            span,
            labels,
            choice.basis(),
            choice.rule().reason(figures),
            figures.byName(),
            saving(judgements, choice, span)));
  }

  private static Saving saving(List<Judgement> judgements, Choice choice, BlockSpan span) {
    Saving saving = Saving.NONE;
    for (int lap = 0; lap < judgements.size(); lap++) {
      if (choice.lap() == ALL_LAPS || choice.lap() == lap) {
        for (int block = span.first(); block < span.end(); block++) {
          Judgement.Winner winner = judgements.get(lap).winner(block);
          saving = winner == null ? saving : saving.plus(winner.verdict().saving());
        }
      }
    }
    return saving;
  }

  /** The phase with the most laps that touches the span: its figures are told. */
  private int mostTouching(List<Judgement> judgements, BlockSpan span) {
    int most = 0;
    long laps = -1;
    for (int lap = 0; lap < judgements.size(); lap++) {
      Judgement judgement = judgements.get(lap);
      long count = this.laps.get(lap).phase().laps();
      if (judgement.touched(span.first()) && count > laps) {
        most = lap;
        laps = count;
      }
    }
    return most;
  }

  /** Labels of this phase's launches on the span that no other phase launches on it. */
  private List<String> ownLabels(int lap, int allocation, BlockSpan span) {
    Set<String> labels = labels(laps.get(lap).phase(), allocation, span);
    for (int other = 0; other < laps.size(); other++) {
      if (other != lap) {
        labels.removeAll(labels(laps.get(other).phase(), allocation, span));
      }
    }
    return List.copyOf(labels);
  }

  private Set<String> labels(PhaseProfile phase, int allocation, BlockSpan span) {
    Set<String> labels = new TreeSet<>();
    for (LaunchShape shape : phase.schedule().shapes()) {
      if (profile.sites().get(shape.site()).kind() != LaunchKind.COPY
          && shape.accesses().stream().anyMatch(access -> touches(access, allocation, span))) {
        labels.add(profile.sites().get(shape.site()).label());
      }
    }
    return labels;
  }

  private static boolean touches(ScheduledAccess access, int allocation, BlockSpan span) {
    return access.allocation() == allocation
        && access.offset() < span.end() * Blocks.BYTES
        && access.offset() + access.bytes() > span.offset();
  }
}
