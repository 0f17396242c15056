package io.spillway.profile;

/** How host and device got in each other's way. */
public enum ContentionKind {
  /** Pages moved to and fro. */
  THRASHING,
  /** A processor was held back so that another could use the pages for a while. */
  THROTTLING,
  /** Pages stayed where they were and were mapped from afar. */
  REMOTE_MAP
}
