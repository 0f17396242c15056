/**
 * The driver seam over the CUDA driver library ({@code libcuda.so.1}, {@code nvcuda.dll}) through
 * the Foreign Function and Memory API, with nothing between.
 *
 * <p>{@link io.spillway.driver.panama.PanamaDriver} is the whole seam: managed memory, advice,
 * prefetch to a device, to the host or to one of its NUMA nodes, batches and discard. What the
 * installed driver does not export it reports as a missing capability; a machine without any driver
 * is a {@link io.spillway.driver.panama.CudaReport} that says so, and nothing fails at class load.
 * Beside the seam there is just enough to run kernels: {@link io.spillway.driver.panama.CudaModule}
 * and {@link io.spillway.driver.panama.CudaFunction}.
 *
 * <p>Signatures and constants are those of {@code cuda.h} 13.0, written by hand. Calling native
 * code is a restricted operation of the JVM: start it with {@code
 * --enable-native-access=ALL-UNNAMED} (or the module's name) to avoid its warning.
 */
@NullMarked
package io.spillway.driver.panama;

import org.jspecify.annotations.NullMarked;
