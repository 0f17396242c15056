package io.spillway.dropin;

/** Flags of managed allocations. */
public final class Attach {

  /** {@code CU_MEM_ATTACH_GLOBAL} and {@code cudaMemAttachGlobal}. */
  public static final int GLOBAL = 1;

  private Attach() {}

  /** Whether any stream of any device may use it. */
  public static boolean global(int flags) {
    return flags == GLOBAL;
  }
}
