package io.spillway.driver.sim;

/** Which of the three kinds of memory an allocation is. */
enum MemoryKind {
  DEVICE,
  PINNED,
  MANAGED
}
