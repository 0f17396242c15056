package io.spillway.benchmarks.report;

import io.spillway.benchmarks.plan.CardPlan;
import io.spillway.benchmarks.plan.CardPlan.Help;
import io.spillway.benchmarks.plan.Change;
import io.spillway.benchmarks.plan.CpuFigure;
import io.spillway.benchmarks.plan.Plan;
import io.spillway.benchmarks.plan.Resource;
import io.spillway.benchmarks.plan.Way;
import io.spillway.benchmarks.plan.WayTimes;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A plan in words: a part for each card. */
public final class PlanText {

  /** The part of a lap below which a change counts as no help: well within the model's error. */
  private static final double LEAST_HELP = 0.01;

  private PlanText() {}

  /** The text; {@code cpu} is what was said of the CPU. */
  public static String of(Plan plan, Optional<CpuFigure> cpu) {
    StringBuilder text = new StringBuilder();
    text.append(TextReport.SIMULATED).append('\n').append(ModelError.line(plan.calibration()));
    text.append(
        "\n%s: the last of %d laps, of %d launches that touch at most %s each\n"
            .formatted(
                plan.trace(),
                plan.laps(),
                plan.lapLaunches(),
                ByteSize.format(plan.largestLaunchBytes())));
    for (CardPlan card : plan.cards()) {
      text.append('\n');
      card(text, plan, card, cpu);
    }
    return text.toString();
  }

  private static void card(StringBuilder text, Plan plan, CardPlan card, Optional<CpuFigure> cpu) {
    text.append(
        "%s (%s): %s\n"
            .formatted(
                card.preset().id(),
                card.preset().model().name(),
                ModelError.of(card.preset(), plan.calibration())));
    text.append(
        "  memory    %s, budget %s of the card's %s, ratio %.2f; the host can promise %s\n"
            .formatted(
                ByteSize.format(card.footprintBytes()),
                ByteSize.format(card.budgetBytes()),
                ByteSize.format(card.preset().model().memoryBytes()),
                card.ratio(),
                ByteSize.format(card.hostBytes())));
    text.append(times(card));
    if (card.whyNot().isPresent()) {
      text.append("  runs      no: ").append(card.whyNot().get()).append('\n');
      card.binds().ifPresent(resource -> text.append("  binds     " + resource.label() + "\n"));
      return;
    }
    text.append(
        card.ratio() <= 1
            ? "  runs      yes, and fits the budget: once it is there, nothing moves\n"
            : "  runs      yes\n");
    if (plan.largestLaunchBytes() > card.budgetBytes()) {
      text.append(
          "            but one launch alone is on %s, more than the budget: it evicts its own data\n"
              .formatted(ByteSize.format(plan.largestLaunchBytes())));
    }
    text.append("\n  simulated seconds a lap, as is and with one thing changed\n");
    text.append(table(card).indent(2));
    card.refused().forEach(reason -> text.append("  (").append(reason).append(")\n"));
    text.append('\n').append(binds(card));
    text.append(helps("on faults alone", card.helpsFaults()));
    card.best()
        .filter(best -> best.way() != Way.FAULTS)
        .ifPresent(best -> text.append(helps("on " + best.way().label(), card.helpsBest())));
    cpu(text, card, cpu);
  }

  private static String times(CardPlan card) {
    return card.timeFactor() == 1
        ? "  kernels   times as in the trace\n"
        : "  kernels   times of the trace x %.2f, the ratio of the cards' memory bandwidths\n"
            .formatted(card.timeFactor());
  }

  private static String table(CardPlan card) {
    List<List<String>> cells = new ArrayList<>();
    List<String> headings = new ArrayList<>(List.of("", "as is", "x resident"));
    for (Change change : Change.values()) {
      headings.add(change.label());
    }
    headings.add("moved in");
    headings.add("moved out");
    cells.add(headings);
    List<String> resident =
        new ArrayList<>(List.of("[all resident]", seconds(card.residentSeconds()), "1.0"));
    while (resident.size() < headings.size()) {
      resident.add("");
    }
    cells.add(resident);
    for (WayTimes way : card.ways()) {
      List<String> row = new ArrayList<>();
      row.add(way.way().label());
      row.add(seconds(way.seconds()));
      row.add(String.format(Locale.ROOT, "%.1f", way.seconds() / card.residentSeconds()));
      for (Change change : Change.values()) {
        row.add(seconds(way.seconds(change)));
      }
      row.add(ByteSize.format(way.lap().bytesIn()));
      row.add(ByteSize.format(way.lap().bytesOut()));
      cells.add(row);
    }
    return TextTable.of(cells, 0);
  }

  private static String binds(CardPlan card) {
    String resource = card.binds().map(Resource::label).orElse("nothing");
    return card.best()
        .map(
            best ->
                "  binds     %s, on %s: computing %s s, link in %s s, link out %s s of the lap's %s s\n"
                    .formatted(
                        resource,
                        best.way().label(),
                        seconds(card.residentSeconds()),
                        seconds(CardPlan.busyInSeconds(best.lap())),
                        seconds(CardPlan.busyOutSeconds(best.lap())),
                        seconds(best.seconds())))
        .orElse("");
  }

  private static String helps(String now, List<Help> helps) {
    List<String> parts = new ArrayList<>();
    List<String> idle = new ArrayList<>();
    for (Help help : helps) {
      double part = help.savedSeconds() / (help.seconds() + help.savedSeconds());
      if (part >= LEAST_HELP) {
        parts.add("%s %s s (-%.0f%%)".formatted(help.label(), seconds(help.seconds()), 100 * part));
      } else {
        idle.add(help.label());
      }
    }
    if (helps.isEmpty()) {
      return "";
    }
    String best = parts.isEmpty() ? "nothing" : "most first: " + String.join(", ", parts);
    String rest = idle.isEmpty() ? "" : "; no help: " + String.join(", ", idle);
    return "  helps     %s, %s%s\n".formatted(now, best, rest);
  }

  private static void cpu(StringBuilder text, CardPlan card, Optional<CpuFigure> cpu) {
    Optional<WayTimes> best = card.best();
    if (cpu.isEmpty() || best.isEmpty() || card.cpuSeconds().isEmpty()) {
      return;
    }
    double own = card.cpuSeconds().getAsDouble();
    double moved = best.get().seconds();
    String verdict =
        moved < own
            ? "moving the data is %.1f times as fast".formatted(own / moved)
            : "computing on the CPU is %.1f times as fast".formatted(moved / own);
    text.append(
        "  cpu       a lap takes %s s there (%s): %s\n"
            .formatted(seconds(own), cpu.get().source(), verdict));
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.4f", seconds);
  }
}
