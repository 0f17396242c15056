package io.spillway.prefetch.move;

import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.TimedLaunch;

/** Nobody wants to know how long launches take. */
class Unheard implements Completions.Durations {
  @Override
  public void took(int launch, long nanos) {}

  @Override
  public void took(TimedLaunch launch, long nanos) {}

  @Override
  public void took(LapTurn turn, long nanos) {}
}
