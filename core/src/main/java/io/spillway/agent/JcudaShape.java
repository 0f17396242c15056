package io.spillway.agent;

import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
      cuModuleLoad (Ljcuda/driver/CUmodule;Ljava/lang/String;)I
      cuModuleLoadData (Ljcuda/driver/CUmodule;[B)I
      cuModuleLoadDataEx (Ljcuda/driver/CUmodule;Ljcuda/Pointer;I[ILjcuda/Pointer;)I
      cuModuleLoadDataJIT (Ljcuda/driver/CUmodule;Ljcuda/Pointer;Ljcuda/driver/JITOptions;)I
      cuModuleLoadFatBinary (Ljcuda/driver/CUmodule;[B)I
      cuModuleUnload (Ljcuda/driver/CUmodule;)I
      cuLinkCreate (Ljcuda/driver/JITOptions;Ljcuda/driver/CUlinkState;)I
      cuLinkAddData (Ljcuda/driver/CUlinkState;ILjcuda/Pointer;JLjava/lang/String;Ljcuda/driver/JITOptions;)I
      cuLinkAddFile (Ljcuda/driver/CUlinkState;ILjava/lang/String;Ljcuda/driver/JITOptions;)I
      cuLinkComplete (Ljcuda/driver/CUlinkState;Ljcuda/Pointer;[J)I
      cuLinkDestroy (Ljcuda/driver/CUlinkState;)I
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

  /** Methods of which there is another one that calls the one with the native method. */
  private static final Set<String> OVERLOADED = Set.of("cuModuleLoadData", "cuModuleLoadDataEx");

  /** Methods that put their arguments in order before they hand them on. */
  private static final Set<String> PREPARING = Set.of("cuModuleLoadDataEx");

  /** What JCuda calls the native method behind a public one. */
  static final String NATIVE_SUFFIX = "Native";

  private final String className;
  private final String required;
  private final String optional;

  JcudaShape(String className, String required, String optional) {
    this.className = className;
    this.required = required;
    this.optional = optional;
  }

  /** The shape of a class, by its internal name. */
  static Optional<JcudaShape> of(String internalName) {
    for (JcudaShape shape : values()) {
      if (shape.className.equals(internalName)) {
        return Optional.of(shape);
      }
    }
    return Optional.empty();
  }

  /** The class's internal name. */
  String className() {
    return className;
  }

  /** The names every version has. */
  Set<String> required() {
    return descriptors(required).keySet();
  }

  /** Whether there may be methods of that name that are of no interest. */
  static boolean overloaded(String method) {
    return OVERLOADED.contains(method);
  }

  /** Whether the method does something before it calls the native one. */
  static boolean preparing(String method) {
    return PREPARING.contains(method);
  }

  /** The descriptor of each method that may be linked anew. */
  Map<String, String> descriptors() {
    Map<String, String> all = descriptors(required);
    all.putAll(descriptors(optional));
    for (TransferShape shape : TransferShape.all()) {
      all.put(shape.method(), shape.descriptor());
    }
    return all;
  }

  /** By hand: this is read while a program starts, where streams and patterns take milliseconds. */
  private static Map<String, String> descriptors(String lines) {
    Map<String, String> descriptors = new HashMap<>();
    int start = 0;
    while (start < lines.length()) {
      int end = lines.indexOf('\n', start);
      int space = lines.indexOf(' ', start);
      descriptors.put(lines.substring(start, space), lines.substring(space + 1, end));
      start = end + 1;
    }
    return descriptors;
  }

  /** Whether {@code method} is one of those with {@code descriptors}. */
  static boolean isOurs(Map<String, String> descriptors, MethodModel method) {
    return method
        .methodType()
        .stringValue()
        .equals(descriptors.get(method.methodName().stringValue()));
  }

  /** Whether {@code call} is one of the class's own native methods. */
  static boolean isNativeCall(ClassModel model, InvokeInstruction call) {
    return call.opcode() == Opcode.INVOKESTATIC
        && call.owner().equals(model.thisClass())
        && call.name().stringValue().endsWith(NATIVE_SUFFIX);
  }
}
