package io.spillway.profile;

/** Why bytes crossed the link. */
public enum TransferCause {
  /** The program asked, by a copy. */
  USER,
  /** A fault brought them to who touched them. */
  COHERENCE,
  /** A prefetch, the driver's own or asked for. */
  PREFETCH,
  /** The device was full. */
  EVICTION,
  /** Access counters found them hot. */
  ACCESS_COUNTERS,
  /** Not told. */
  UNKNOWN
}
