package io.spillway;

import io.spillway.access.Launch;
import io.spillway.access.LaunchListener;
import io.spillway.access.RangeAccess;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import java.util.List;

/** Passes launches on to the plugins, after taking back advice that a write would make wrong. */
final class Announcements implements LaunchListener {

  private final PlanApplier applier;
  private final List<SessionListener> listeners;

  /** Tells those who are in {@code listeners} at the time. */
  Announcements(PlanApplier applier, List<SessionListener> listeners) {
    this.applier = applier;
    this.listeners = listeners;
  }

  @Override
  public void declared(Launch launch, RangeAccess access) {
    if (access.kind().writes()) {
      Plan takenBack = applier.expectWrite(access.range());
      if (!takenBack.isEmpty()) {
        listeners.forEach(listener -> listener.applied(takenBack));
      }
    }
    for (SessionListener listener : listeners) {
      listener.declared(launch, access);
    }
  }

  @Override
  public void issued(Launch launch) {
    for (SessionListener listener : listeners) {
      listener.issued(launch);
    }
  }
}
