package io.spillway.driver.sim;

/** Which of the three kinds of memory an allocation is. */
enum MemoryKind {
  DEVICE(1),
  PINNED(2),
  MANAGED(3);

  /** Room per kind: CUDA's unified addresses have 49 bits, shared here by three kinds. */
  static final long ROOM_BYTES = 1L << 47;

  /** The lowest address of this kind. */
  final long firstAddress;

  MemoryKind(int room) {
    firstAddress = room * ROOM_BYTES;
  }
}
