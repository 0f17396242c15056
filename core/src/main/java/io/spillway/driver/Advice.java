package io.spillway.driver;

/** What can be said of a managed range: {@code CUmem_advise} of cuda.h, portable constants. */
public enum Advice {
  /** The range is mostly read: copies may exist on several processors at once. */
  SET_READ_MOSTLY,
  /** Undoes {@link #SET_READ_MOSTLY}; copies collapse to one. */
  UNSET_READ_MOSTLY,
  /** The range should live at the given location. */
  SET_PREFERRED_LOCATION,
  /** Undoes {@link #SET_PREFERRED_LOCATION}; the location is ignored. */
  UNSET_PREFERRED_LOCATION,
  /** The given location maps the range and keeps it mapped wherever it lives. */
  SET_ACCESSED_BY,
  /** Undoes {@link #SET_ACCESSED_BY} for that location. */
  UNSET_ACCESSED_BY
}
