package io.spillway.profile;

/** Why bytes crossed the link. */
public enum TransferCause {
  /** The program or Spillway asked, by a prefetch: CUPTI's word for it. */
  USER,
  /** A copy of the program's. Only the simulator tells of these. */
  COPY,
  /** A fault brought them to who touched them. */
  COHERENCE,
  /** The driver brought them along, by its own prefetcher. */
  PREFETCH,
  /** The device was full. */
  EVICTION,
  /** Access counters found them hot. */
  ACCESS_COUNTERS,
  /** Not told. */
  UNKNOWN
}
