package io.spillway.allocate;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** An allocation served with managed memory. */
@Name("io.spillway.Redirect")
@Label("Redirect")
@Category("Spillway")
@Description("An allocation served with managed memory")
final class RedirectEvent extends Event {

  @Label("Address")
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
}
