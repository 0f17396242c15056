package io.spillway.prefetch.message;

import io.spillway.predict.LaunchTable;
import io.spillway.predict.Touches;

/** The launches of a lap as they were last made, in order. Not changed any more. */
public final class WatchedLap {

  private final LaunchTable launches;
  private final int[] order;

  public WatchedLap(LaunchTable launches, int[] order) {
    this.launches = launches;
    this.order = order;
  }

  /** How many launches it has. */
  public int length() {
    return order.length;
  }

  /** Fills {@code into} with launch {@code i}. */
  public void launch(int i, Touches into) {
    int launch = order[i];
    into.begin(launches.site(launch));
    for (int range = 0; range < launches.count(launch); range++) {
      into.add(
          launches.address(launch, range),
          launches.bytes(launch, range),
          launches.kind(launch, range));
    }
  }
}
