package io.spillway.hint;

/** The kinds of {@link Hint}, under which they are counted. */
public enum HintKind {
  /** {@link Hint.ReadMostly}. */
  READ_MOSTLY,
  /** {@link Hint.NotReadMostly}. */
  NOT_READ_MOSTLY,
  /** {@link Hint.Prefer}. */
  PREFER,
  /** {@link Hint.PreferNowhere}. */
  PREFER_NOWHERE,
  /** {@link Hint.AccessedBy}. */
  ACCESSED_BY,
  /** {@link Hint.NotAccessedBy}. */
  NOT_ACCESSED_BY,
  /** {@link Hint.Fetch}. */
  FETCH,
  /** {@link Hint.WriteBack}. */
  WRITE_BACK,
  /** {@link Hint.Drop}. */
  DROP,
  /** {@link Hint.Discard}. */
  DISCARD,
  /**
   * {@link Hint.Evict} or {@link Hint.EvictReadMostly} that found nothing to evict; what it does
   * counts as drop or write-back.
   */
  EVICT
}
