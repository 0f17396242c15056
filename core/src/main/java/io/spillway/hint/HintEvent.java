package io.spillway.hint;

import io.spillway.range.AddressRange;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * One hint given to the driver, as a JFR event whose duration is the time spent in the call. Moves
 * and drops have event types of their own so that a recording can keep only those.
 */
@Name("io.spillway.Hint")
@Label("Advice")
@Category("Spillway")
@Description("Advice about a managed range was given to the driver")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // JFR reads the fields
class HintEvent extends Event {

  // Not private: JFR gives a subclass's events only the inherited fields it can see.

  @Label("Kind")
  String kind = "";

  @Label("Address")
  long address;

  @Label("Size")
  @DataAmount
  long bytes;

  @Label("Refused")
  boolean refused;

  void finish(HintKind hintKind, AddressRange range, boolean wasRefused) {
    end();
    if (shouldCommit()) {
      kind = hintKind.name();
      address = range.address();
      bytes = range.bytes();
      refused = wasRefused;
      commit();
    }
  }

  /** Data was asked to move. */
  @Name("io.spillway.Move")
  @Label("Move")
  @Category("Spillway")
  @Description("A managed range was asked to move; the duration is the time inside the call")
  @StackTrace(false)
  static final class Move extends HintEvent {}

  /** A device copy was freed without a transfer. */
  @Name("io.spillway.Drop")
  @Label("Drop")
  @Category("Spillway")
  @Description("The device copy of a managed range was freed without a transfer")
  @StackTrace(false)
  static final class Dropped extends HintEvent {}
}
