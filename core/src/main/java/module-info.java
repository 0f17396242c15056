/** Redirected allocation, the driver seam and its bindings. */
module io.spillway.core {
  requires static jcuda;
  requires static jdk.jfr;
  requires static org.jspecify;

  exports io.spillway.driver;
  exports io.spillway.range;
}
