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
 * A plugin's ear in one session, which does nothing but what it overrides. Methods are called by
 * any of the program's threads.
 */
public interface SessionListener extends LaunchListener, AutoCloseable {

  /**
   * Whether it wants to learn of launches now; where nobody does, those of a program that makes its
   * own calls are not even looked at. Asked before each launch.
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

  /** The program says which launches come next, in this order; what it said before is void. */
  default void upcoming(List<UpcomingLaunch> launches) {}

  /** How much may be kept resident has changed; if it is less, what is beyond should leave now. */
  default void budgetResized() {}

  /** {@code plan} took effect, without this listener having asked for it. */
  default void applied(Plan plan) {}

  /** In a word or a line, how it does: {@code on}, or off and why. */
  default String state() {
    return "on";
  }

  /**
   * The most managed memory that was on the device at once, in bytes, by this listener's account:
   * the driver tells nobody. What a launch may have brought in itself counts whole. Empty if it
   * keeps no account.
   */
  default OptionalLong mostResidentBytes() {
    return OptionalLong.empty();
  }

  /** Stops taking part and releases what was taken. */
  @Override
  default void close() {}
}
