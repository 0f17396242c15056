/** Redirected allocation, the driver seam and its bindings. */
module io.spillway.core {
  requires static jcuda;
  requires static java.instrument;
  requires static java.management;
  requires static jdk.management;
  requires static transitive org.jspecify;
  requires transitive jdk.jfr;

  exports io.spillway;
  exports io.spillway.access;
  exports io.spillway.access.ptx;
  exports io.spillway.agent;
  exports io.spillway.allocate;
  exports io.spillway.driver;
  exports io.spillway.driver.jcuda;
  exports io.spillway.driver.panama;
  exports io.spillway.driver.sim;
  exports io.spillway.dropin;
  exports io.spillway.hint;
  exports io.spillway.range;

  uses io.spillway.SessionPlugin;
  uses io.spillway.StandardPlugin;
}
