package io.spillway;

import io.spillway.access.Launch;
import io.spillway.access.LaunchListener;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.LiveAllocation;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import java.util.List;
import java.util.OptionalLong;

/**
 * What one session tells a plugin. Every method does nothing unless it is overridden. The program's
 * threads call them, several at once, and wait for them: they have to be quick and thread-safe.
 */
public interface SessionListener extends LaunchListener, AutoCloseable {

  /**
   * Whether it wants to be told of launches now. Where no listener does, the launches of a program
   * that makes its own calls are not even looked at. Asked before each launch.
   */
  default boolean listening() {
    return true;
  }

  @Override
  default void declared(Launch launch, RangeAccess access) {}

  @Override
  default void issued(Launch launch) {}

  /**
   * {@code allocation} has just been made, or taken over, and nothing of it has been launched yet;
   * or it could not be freed, of which {@link #freeing} told, and is as before.
   */
  default void allocated(LiveAllocation allocation) {}

  /** {@code range} is about to be freed; nothing may be hinted about it from now on. */
  default void freeing(AddressRange range) {}

  /**
   * The program asks for {@code range} to be brought to the device.
   *
   * @return whether this listener does that; if none does, the session moves it without regard to
   *     the budget
   */
  default boolean fetch(AddressRange range) {
    return false;
  }

  /**
   * The program says which launches come next, in this order; this replaces what it said before.
   */
  default void upcoming(List<UpcomingLaunch> launches) {}

  /** The budget has changed; if it is smaller, what exceeds it should leave now. */
  default void budgetResized() {}

  /** {@code plan} took effect, without this listener having asked for it. */
  default void applied(Plan plan) {}

  /** Its state in a word or a line, for statistics: {@code on}, or off and why. */
  default String state() {
    return "on";
  }

  /**
   * The most managed memory that was on the device at once, in bytes. This is the listener's own
   * account, since the driver gives none; what a launch may have brought in itself counts whole.
   * Empty if the listener keeps no account.
   */
  default OptionalLong mostResidentBytes() {
    return OptionalLong.empty();
  }

  /** Stops taking part and releases what was taken. */
  @Override
  default void close() {}
}
