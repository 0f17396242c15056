/** Redirected allocation, the driver seam and its bindings. */
module io.spillway.core {
  requires static java.management;
  requires static jcuda;
  requires static jdk.jfr;
  requires static jdk.management;
  requires static transitive org.jspecify;

  exports io.spillway.allocate;
  exports io.spillway.driver;
  exports io.spillway.range;
}
