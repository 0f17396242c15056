/** Profiles of memory access, and the hints they justify. */
module io.spillway.advise {
  requires transitive io.spillway.core;
  requires static org.jspecify;

  exports io.spillway.advise;
  exports io.spillway.profile;
}
