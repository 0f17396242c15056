package io.spillway.prefetch.govern;

import io.spillway.prefetch.plan.Outcomes;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The governor changed its mind, as a JFR event. */
@Name("io.spillway.Governor")
@Label("Prefetch Governor")
@Category("Spillway")
@Description("How far ahead the prefetch engine may act has changed")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class GovernorEvent extends Event {

  @Label("Level")
  private String level = "";

  @Label("Reason")
  private String reason = "";

  @Label("Hits")
  private long hits;

  @Label("Useless Fetches")
  private long useless;

  @Label("Harmful Fetches")
  private long harmful;

  private GovernorEvent() {}

  public static void emit(Governor governor, Outcomes outcomes) {
    GovernorEvent event = new GovernorEvent();
    if (event.isEnabled()) {
      event.level = governor.level().name();
      event.reason = governor.reason();
      event.hits = outcomes.hits();
      event.useless = outcomes.useless();
      event.harmful = outcomes.harmful();
      event.commit();
    }
  }
}
