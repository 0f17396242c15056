package io.spillway.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.benchmarks.plan.CardPlan;
import io.spillway.benchmarks.plan.CardPlan.Help;
import io.spillway.benchmarks.plan.Change;
import io.spillway.benchmarks.plan.Plan;
import io.spillway.benchmarks.plan.WayTimes;
import io.spillway.driver.sim.Calibration;
import java.io.UncheckedIOException;
import java.util.List;

/** A plan as one JSON object. */
public final class PlanJson {

  private PlanJson() {}

  /** The object, indented. */
  public static String of(Plan plan) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("simulated", true);
    object.put("trace", plan.trace());
    object.put("laps", plan.laps());
    object.put("lap_launches", plan.lapLaunches());
    object.put("largest_launch_bytes", plan.largestLaunchBytes());
    Calibration calibration = plan.calibration();
    object
        .putObject("calibration")
        .put("gpu", calibration.gpu())
        .put("figures", calibration.rows().size())
        .put("mean_error", calibration.meanError())
        .put("largest_error", calibration.largestError());
    ArrayNode cards = object.putArray("cards");
    plan.cards().forEach(card -> card(cards.addObject(), card, calibration));
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void card(ObjectNode object, CardPlan card, Calibration calibration) {
    object.put("gpu", card.preset().id());
    object.put("calibrated", card.preset().id().equals(calibration.gpu()));
    object.put("assumed_figures", card.preset().assumed().size());
    object.put("runs", card.whyNot().isEmpty());
    card.whyNot().ifPresent(reason -> object.put("why_not", reason));
    object.put("footprint_bytes", card.footprintBytes());
    object.put("budget_bytes", card.budgetBytes());
    object.put("host_bytes", card.hostBytes());
    if (card.budgetBytes() > 0) {
      object.put("ratio", card.ratio());
    }
    object.put("kernel_time_factor", card.timeFactor());
    object.put("resident_seconds", card.residentSeconds());
    ArrayNode ways = object.putArray("ways");
    for (WayTimes way : card.ways()) {
      ObjectNode row = ways.addObject();
      row.put("way", way.way().label());
      row.put("seconds", way.seconds());
      row.put("times_resident", way.seconds() / card.residentSeconds());
      row.put("bytes_in", way.lap().bytesIn());
      row.put("bytes_out", way.lap().bytesOut());
      row.put("link_in_seconds", CardPlan.busyInSeconds(way.lap()));
      row.put("link_out_seconds", CardPlan.busyOutSeconds(way.lap()));
      ObjectNode changed = row.putObject("seconds_with");
      for (Change change : Change.values()) {
        changed.put(change.label(), way.seconds(change));
      }
    }
    card.refused().forEach(object.withArray("refused")::add);
    card.best().ifPresent(best -> object.put("best", best.way().label()));
    card.binds().ifPresent(resource -> object.put("binds", resource.label()));
    helps(object.putArray("helps_faults"), card.helpsFaults());
    helps(object.putArray("helps_best"), card.helpsBest());
    card.cpuSeconds().ifPresent(seconds -> object.put("cpu_seconds", seconds));
  }

  private static void helps(ArrayNode list, List<Help> helps) {
    for (Help help : helps) {
      list.addObject()
          .put("what", help.label())
          .put("seconds", help.seconds())
          .put("saved_seconds", help.savedSeconds());
    }
  }
}
