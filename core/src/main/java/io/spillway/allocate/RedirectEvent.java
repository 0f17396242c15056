package io.spillway.allocate;

import io.spillway.range.AddressRange;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Unsigned;

/** An allocation served with managed memory. */
@Name("io.spillway.Redirect")
@Label("Redirect")
@Category("Spillway")
@Description("An allocation served with managed memory")
final class RedirectEvent extends Event {

  @Label("Address")
  @Unsigned
  long address;

  @Label("Size")
  @DataAmount
  long bytes;

  @Label("Allocation Label")
  String label = "";

  @Label("Reason")
  String reason = "";

  @Label("Oversubscription Ratio")
  @Description("Managed bytes in use by the device budget, after this allocation")
  double ratio;

  /** Records one, if anybody records. */
  static void emit(AddressRange range, String label, String reason, double ratio) {
    RedirectEvent event = new RedirectEvent();
    if (event.shouldCommit()) {
      event.address = range.address();
      event.bytes = range.bytes();
      event.label = label;
      event.reason = reason;
      event.ratio = ratio;
      event.commit();
    }
  }
}
