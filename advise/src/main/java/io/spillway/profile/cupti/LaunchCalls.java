package io.spillway.profile.cupti;

import java.util.List;

/**
 * The calls that launch kernels, by their callback ids in cupti_driver_cbid.h and
 * cupti_runtime_cbid.h 13.0. An id once given keeps its meaning.
 *
 * <p>CUPTI writes a correlation only beside the record of a call ("When a CUPTI activity API record
 * is created", cupti_activity.h 13.0), so these are recorded, and no others.
 */
final class LaunchCalls {

  /**
   * {@code cuLaunchKernel}, {@code cuLaunchCooperativeKernel} and {@code cuLaunchKernelEx}, each
   * with its form for per-thread streams.
   */
  static final List<Integer> DRIVER = List.of(307, 442, 477, 478, 652, 653);

  /**
   * {@code cudaLaunchKernel}, {@code cudaLaunchCooperativeKernel}, {@code cudaLaunchKernelExC} and
   * {@code __cudaLaunchKernel}, likewise: what native libraries use.
   */
  static final List<Integer> RUNTIME = List.of(211, 214, 269, 270, 430, 431, 505, 506);

  private LaunchCalls() {}
}
