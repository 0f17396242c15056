package io.spillway.agent;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The methods of JCuda the agent links anew, as all of JCuda 10.2 to 12.6 have them: a public
 * static method, by name and descriptor, that hands its arguments to a private native one of the
 * same descriptor and checks the result.
 */
enum JcudaShape {
  /** The driver API. */
  DRIVER(
      "jcuda/driver/JCudaDriver",
      """
      cuMemAlloc (Ljcuda/driver/CUdeviceptr;J)I
      cuMemAllocManaged (Ljcuda/driver/CUdeviceptr;JI)I
      cuMemAllocPitch (Ljcuda/driver/CUdeviceptr;[JJJI)I
      cuMemFree (Ljcuda/driver/CUdeviceptr;)I
      cuMemGetInfo ([J[J)I
      cuMemGetAddressRange (Ljcuda/driver/CUdeviceptr;[JLjcuda/driver/CUdeviceptr;)I
      cuModuleGetFunction (Ljcuda/driver/CUfunction;Ljcuda/driver/CUmodule;Ljava/lang/String;)I
      cuLaunchKernel (Ljcuda/driver/CUfunction;IIIIIIILjcuda/driver/CUstream;Ljcuda/Pointer;Ljcuda/Pointer;)I
      cuLaunchCooperativeKernel (Ljcuda/driver/CUfunction;IIIIIIILjcuda/driver/CUstream;Ljcuda/Pointer;)I
      """,
      """
      cuMemAllocAsync (Ljcuda/driver/CUdeviceptr;JLjcuda/driver/CUstream;)I
      cuMemAllocFromPoolAsync (Ljcuda/driver/CUdeviceptr;JLjcuda/driver/CUmemoryPool;Ljcuda/driver/CUstream;)I
      cuMemFreeAsync (Ljcuda/driver/CUdeviceptr;Ljcuda/driver/CUstream;)I
      """),
  /** The runtime API. */
  RUNTIME(
      "jcuda/runtime/JCuda",
      """
      cudaMalloc (Ljcuda/Pointer;J)I
      cudaMallocManaged (Ljcuda/Pointer;JI)I
      cudaMallocPitch (Ljcuda/Pointer;[JJJ)I
      cudaFree (Ljcuda/Pointer;)I
      cudaMemGetInfo ([J[J)I
      """,
      "");

  /** What JCuda calls the native method behind a public one. */
  static final String NATIVE_SUFFIX = "Native";

  private final String className;
  private final Map<String, String> required;
  private final Map<String, String> optional;

  JcudaShape(String className, String required, String optional) {
    this.className = className;
    this.required = descriptors(required);
    this.optional = descriptors(optional);
  }

  private static Map<String, String> descriptors(String lines) {
    return lines
        .lines()
        .map(line -> line.split(" "))
        .collect(Collectors.toUnmodifiableMap(each -> each[0], each -> each[1]));
  }

  /** The shape of a class, by its internal name. */
  static Optional<JcudaShape> of(String internalName) {
    return Arrays.stream(values())
        .filter(shape -> shape.className.equals(internalName))
        .findFirst();
  }

  /** The class's internal name. */
  String className() {
    return className;
  }

  /** Descriptors, by name, of what every version has, copies and fills included. */
  boolean requires(String method) {
    return required.containsKey(method);
  }

  /** All names that have to be there. */
  Iterable<String> required() {
    return required.keySet();
  }

  /** The descriptor {@code method} must have; empty if it is none of ours. */
  Optional<String> descriptor(String method) {
    String known = required.get(method);
    if (known == null) {
      known = optional.get(method);
    }
    return known == null
        ? TransferShape.of(method).map(TransferShape::descriptor)
        : Optional.of(known);
  }
}
