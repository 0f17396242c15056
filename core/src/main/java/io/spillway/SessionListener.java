package io.spillway;

import io.spillway.access.LaunchListener;
import io.spillway.range.AddressRange;

/** A plugin's ear in one session. Methods are called by any of the program's threads. */
public interface SessionListener extends LaunchListener, AutoCloseable {

  /** {@code range} is about to be freed; nothing may be hinted about it from now on. */
  void freeing(AddressRange range);

  /** Stops taking part and releases what was taken. */
  @Override
  void close();
}
