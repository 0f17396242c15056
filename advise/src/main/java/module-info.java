/** Profiles of memory access, and the hints they justify. */
module io.spillway.advise {
  requires transitive io.spillway.core;
  requires com.fasterxml.jackson.databind;
  requires static org.jspecify;

  exports io.spillway.advise;
  exports io.spillway.advise.apply;
  exports io.spillway.advise.file;
  exports io.spillway.advise.replay;
  exports io.spillway.advise.report;
  exports io.spillway.profile;

  opens io.spillway.advise.report to
      com.fasterxml.jackson.databind; // records become JSON

  provides io.spillway.SessionPlugin with
      io.spillway.advise.apply.HintsPlugin,
      io.spillway.profile.ProfileRecorder;
}
