package io.spillway.allocate;

/** Which of CUDA's kinds of memory an allocation is. */
public enum MemoryKind {
  /** Plain device memory ({@code cuMemAlloc}). */
  DEVICE,
  /** Managed memory ({@code cuMemAllocManaged}). */
  MANAGED,
  /** Pinned host memory ({@code cuMemHostAlloc}). */
  PINNED
}
