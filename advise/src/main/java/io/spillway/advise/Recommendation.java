package io.spillway.advise;

import io.spillway.profile.AllocationProfile;
import io.spillway.profile.Profile;
import java.util.List;
import java.util.Optional;

/**
 * What a profile's program should be told, and what became of the rest.
 *
 * @param profile what it was made from
 * @param hints those that pay, with what each saved on the replay
 * @param proposals for the program's author, never applied
 * @param dropped those that do not pay
 * @param withoutHints the replay's cost without any; empty if nothing was replayed
 * @param withHints the replay's cost with all that are kept
 * @param notes what else to know, a line each
 */
public record Recommendation(
    Profile profile,
    List<Kept> hints,
    List<ProposedHint> proposals,
    List<Dropped> dropped,
    Optional<ReplayCost> withoutHints,
    Optional<ReplayCost> withHints,
    List<String> notes) {

  /** Copies the lists. */
  public Recommendation {
    hints = List.copyOf(hints);
    proposals = List.copyOf(proposals);
    dropped = List.copyOf(dropped);
    notes = List.copyOf(notes);
  }

  /**
   * A hint that pays.
   *
   * @param hint it
   * @param replayed what the replay would lose without it, all others given
   */
  public record Kept(ProposedHint hint, Saving replayed) {}

  /**
   * A hint that does not pay.
   *
   * @param hint it
   * @param why in a few words
   */
  public record Dropped(ProposedHint hint, String why) {}

  /** The hints that pay, by what identifies an allocation across runs. */
  public List<SiteHint> siteHints() {
    return hints.stream().map(kept -> siteHint(kept.hint())).toList();
  }

  /** What is for the program's author, likewise. */
  public List<SiteHint> siteProposals() {
    return proposals.stream().map(this::siteHint).toList();
  }

  private SiteHint siteHint(ProposedHint hint) {
    return siteHint(profile, hint);
  }

  /** {@code hint} by what identifies its allocation across runs. */
  public static SiteHint siteHint(Profile profile, ProposedHint hint) {
    AllocationProfile allocation = profile.allocations().get(hint.allocation());
    return new SiteHint(
        hint.rule(),
        hint.treatment(),
        allocation.site(),
        allocation.label(),
        allocation.instances() > 1,
        allocation.requestedBytes(),
        hint.span().offset(),
        hint.span().bytes(),
        hint.whileLaunches(),
        hint.basis(),
        hint.reason(),
        hint.saving());
  }
}
