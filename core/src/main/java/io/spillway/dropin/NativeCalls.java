package io.spillway.dropin;

/**
 * One allocation call of a program, in the forms it may take, each served by JCuda itself on the
 * program's own pointer. Results are {@code CUresult} or {@code cudaError} numbers, 0 for success;
 * the two agree wherever Spillway tells them apart.
 */
public interface NativeCalls {

  /** What the program called. */
  int allocate(long bytes);

  /** The same as managed memory, attached globally. */
  int allocateManaged(long bytes);

  /** Frees as the program called. */
  int free();

  /** Frees what was redirected, when the device is done with it. */
  int freeManaged();

  /** Where the pointer points now. */
  long address();

  /**
   * Whatever the API does to have a context before it allocates; nothing if that is not its way.
   */
  void startContext();

  /** How many devices the process may use, 0 if the API does not say. */
  int deviceCount();

  /**
   * Asks what the current device has.
   *
   * @param free one element, for bytes
   * @param total one element, for bytes
   */
  int memoryInfo(long[] free, long[] total);

  /** Fails as for lack of memory, and changes nothing. */
  int outOfMemory();
}
