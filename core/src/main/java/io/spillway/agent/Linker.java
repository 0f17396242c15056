package io.spillway.agent;

import io.spillway.dropin.PointerReader;
import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * Links the native calls in JCuda's methods, at their first execution, to the {@linkplain Hooks
 * hooks}. The transformed classes find it by name through the system class loader, where the JVM
 * puts an agent, so that it does not matter which loader theirs is.
 */
public final class Linker {

  private static final MethodHandles.Lookup HOOKS = MethodHandles.lookup();
  private static final MethodType ALLOCATE =
      MethodType.methodType(int.class, Object.class, long.class);
  private static final MethodType FREE = MethodType.methodType(int.class, Object.class);

  private Linker() {}

  /** Whether a native call is only interesting to those who listen to launches and copies. */
  static boolean onlyForListeners(String nativeName) {
    String method = method(nativeName);
    return method.equals("cuLaunchKernel")
        || method.equals("cuLaunchCooperativeKernel")
        || TransferShape.of(method).isPresent();
  }

  /** The public method whose native one it is. */
  private static String method(String nativeName) {
    return nativeName.substring(0, nativeName.length() - JcudaShape.NATIVE_SUFFIX.length());
  }

  /**
   * Links one call.
   *
   * @param caller JCuda's class, with full access
   * @param name the native method's name, or {@link LinkedClass#LISTENING}
   * @param type the call's type, with objects for JCuda's classes
   * @param nativeType the native method's type
   * @return a call site of that type; where a hook cannot be made, to the native method itself
   * @throws ReflectiveOperationException if there is no such native method
   */
  public static CallSite link(
      MethodHandles.Lookup caller, String name, MethodType type, MethodType nativeType)
      throws ReflectiveOperationException {
    if (name.equals(LinkedClass.LISTENING)) {
      return new ConstantCallSite(HOOKS.findStatic(Hooks.class, "listening", type));
    }
    try {
      return new ConstantCallSite(hooked(caller, name, nativeType));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      JcudaTransformer.leftAlone(name, e);
      return new ConstantCallSite(plain(caller, name, nativeType).asType(type));
    }
  }

  private static MethodHandle plain(MethodHandles.Lookup caller, String name, MethodType nativeType)
      throws ReflectiveOperationException {
    return caller.findStatic(caller.lookupClass(), name, nativeType);
  }

  private static MethodHandle hooked(
      MethodHandles.Lookup caller, String name, MethodType nativeType)
      throws ReflectiveOperationException {
    String method = method(name);
    // These are in every program: for them not even the native method is looked up once more.
    switch (method) {
      case "cuMemAlloc", "cudaMalloc" -> {
        return hook("allocate", ALLOCATE, LinkedApi.of(caller));
      }
      case "cuMemFree", "cudaFree" -> {
        return hook("free", FREE, LinkedApi.of(caller));
      }
      default -> {}
    }
    MethodHandle plain = erased(plain(caller, name, nativeType));
    Optional<TransferShape> transfer = TransferShape.of(method);
    if (transfer.isPresent()) {
      return transfer(PointerReader.of(caller), transfer.get(), plain);
    }
    return switch (method) {
      case "cuMemAllocManaged", "cudaMallocManaged" ->
          around("allocateManaged", plain, LinkedApi.of(caller));
      case "cuMemAllocAsync" -> around("allocateAsync", plain, LinkedApi.of(caller));
      case "cuMemAllocFromPoolAsync" -> around("allocateFromPool", plain, LinkedApi.of(caller));
      case "cuMemAllocPitch" -> around("allocatePitch", plain, LinkedApi.of(caller));
      case "cudaMallocPitch" -> around("allocateRuntimePitch", plain, LinkedApi.of(caller));
      case "cuMemFreeAsync" -> around("freeAsync", plain, LinkedApi.of(caller));
      case "cuMemGetInfo", "cudaMemGetInfo" -> around("memoryInfo", plain, LinkedApi.of(caller));
      case "cuMemGetAddressRange" -> around("addressRange", plain, LinkedApi.of(caller));
      case "cuModuleGetFunction" -> module("function", plain, caller);
      case "cuModuleLoad" -> module("loadFile", plain, caller);
      case "cuModuleLoadData", "cuModuleLoadFatBinary" -> module("loadBytes", plain, caller);
      case "cuModuleLoadDataEx" -> module("loadWithOptions", plain, caller);
      case "cuModuleLoadDataJIT" -> module("loadWithJitOptions", plain, caller);
      case "cuModuleUnload" -> module("unload", plain, caller);
      case "cuLinkCreate" -> module("linkCreate", plain, caller);
      case "cuLinkAddData" -> module("linkAddData", plain, caller);
      case "cuLinkAddFile" -> module("linkAddFile", plain, caller);
      case "cuLinkComplete" -> module("linkComplete", plain, caller);
      case "cuLinkDestroy" -> module("linkDestroy", plain, caller);
      case "cuLaunchKernel" -> around("launch", plain, PointerReader.of(caller));
      case "cuLaunchCooperativeKernel" ->
          around("launchCooperative", plain, PointerReader.of(caller));
      default -> plain;
    };
  }

  /** {@code plain} for classes that do not know JCuda's: objects instead of them. */
  static MethodHandle erased(MethodHandle plain) {
    MethodType type = plain.type();
    for (int i = 0; i < type.parameterCount(); i++) {
      if (type.parameterType(i).getName().startsWith("jcuda.")) {
        type = type.changeParameterType(i, Object.class);
      }
    }
    return plain.asType(
        type.returnType().isPrimitive() ? type : type.changeReturnType(Object.class));
  }

  /** A hook that makes the call itself, by way of {@code api}. */
  private static MethodHandle hook(String name, MethodType type, LinkedApi api)
      throws ReflectiveOperationException {
    MethodHandle hook =
        HOOKS.findStatic(Hooks.class, name, type.insertParameterTypes(0, LinkedApi.class));
    return MethodHandles.insertArguments(hook, 0, api);
  }

  /** A hook that takes {@code bound}, and the plain call to make. */
  private static <T> MethodHandle around(
      String name, MethodHandle plain, Class<T> boundType, T bound)
      throws ReflectiveOperationException {
    MethodType type = plain.type().insertParameterTypes(0, boundType, MethodHandle.class);
    MethodHandle hook = HOOKS.findStatic(Hooks.class, name, type);
    return MethodHandles.insertArguments(hook, 0, bound, plain);
  }

  private static MethodHandle around(String name, MethodHandle plain, LinkedApi api)
      throws ReflectiveOperationException {
    return around(name, plain, LinkedApi.class, api);
  }

  private static MethodHandle around(String name, MethodHandle plain, PointerReader reader)
      throws ReflectiveOperationException {
    return around(name, plain, PointerReader.class, reader);
  }

  /** A hook of {@link ModuleHooks}. */
  private static MethodHandle module(String name, MethodHandle plain, MethodHandles.Lookup caller)
      throws ReflectiveOperationException {
    MethodType type = plain.type().insertParameterTypes(0, PointerReader.class, MethodHandle.class);
    MethodHandle hook = HOOKS.findStatic(ModuleHooks.class, name, type);
    return MethodHandles.insertArguments(hook, 0, PointerReader.of(caller), plain);
  }

  private static MethodHandle transfer(
      PointerReader reader, TransferShape shape, MethodHandle plain)
      throws ReflectiveOperationException {
    int count = plain.type().parameterCount();
    MethodHandle spread =
        plain
            .asSpreader(Object[].class, count)
            .asType(MethodType.methodType(int.class, Object[].class));
    MethodHandle hook =
        HOOKS.findStatic(
            Hooks.class,
            "transfer",
            MethodType.methodType(
                int.class,
                PointerReader.class,
                TransferShape.class,
                MethodHandle.class,
                Object[].class));
    return MethodHandles.insertArguments(hook, 0, reader, shape, spread)
        .asCollector(Object[].class, count)
        .asType(plain.type());
  }

  /** What a native method threw, such as for a null: nothing checked comes out of it. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof RuntimeException failure) {
      return failure;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }
}
