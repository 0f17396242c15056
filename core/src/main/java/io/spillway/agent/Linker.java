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
  private static final String POINTER = "jcuda.Pointer";
  private static final String DEVICE_POINTER = "jcuda.driver.CUdeviceptr";

  private Linker() {}

  /**
   * Links one call.
   *
   * @param caller JCuda's class, with full access
   * @param name the native method's name
   * @param type its type
   * @return a call site of that type; where a hook cannot be made, to the native method itself
   * @throws ReflectiveOperationException if there is no such native method
   */
  public static CallSite link(MethodHandles.Lookup caller, String name, MethodType type)
      throws ReflectiveOperationException {
    MethodHandle plain = caller.findStatic(caller.lookupClass(), name, type);
    try {
      return new ConstantCallSite(hooked(caller, name, plain));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      JcudaTransformer.leftAlone(name, e);
      return new ConstantCallSite(plain);
    }
  }

  private static MethodHandle hooked(MethodHandles.Lookup caller, String name, MethodHandle plain)
      throws ReflectiveOperationException {
    String method = name.substring(0, name.length() - JcudaShape.NATIVE_SUFFIX.length());
    Optional<TransferShape> transfer = TransferShape.of(method);
    if (transfer.isPresent()) {
      return whileListening(transfer(PointerReader.of(caller), transfer.get(), plain), plain);
    }
    return switch (method) {
      case "cuMemAlloc", "cudaMalloc" -> hook("allocate", plain, api(caller));
      case "cuMemAllocManaged", "cudaMallocManaged" ->
          around("allocateManaged", plain, api(caller));
      case "cuMemAllocAsync" -> around("allocateAsync", plain, api(caller));
      case "cuMemAllocFromPoolAsync" -> around("allocateFromPool", plain, api(caller));
      case "cuMemAllocPitch" -> around("allocatePitch", plain, api(caller));
      case "cudaMallocPitch" -> around("allocateRuntimePitch", plain, api(caller));
      case "cuMemFree", "cudaFree" -> hook("free", plain, api(caller));
      case "cuMemFreeAsync" -> around("freeAsync", plain, api(caller));
      case "cuMemGetInfo", "cudaMemGetInfo" -> around("memoryInfo", plain, api(caller));
      case "cuMemGetAddressRange" -> around("addressRange", plain, api(caller));
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
      case "cuLaunchKernel" ->
          whileListening(around("launch", plain, PointerReader.of(caller)), plain);
      case "cuLaunchCooperativeKernel" ->
          whileListening(around("launchCooperative", plain, PointerReader.of(caller)), plain);
      default -> plain;
    };
  }

  /** The API whose class the caller is. */
  private static LinkedCalls.Api api(MethodHandles.Lookup caller)
      throws ReflectiveOperationException {
    Class<?> owner = caller.lookupClass();
    boolean runtime = owner.getName().replace('.', '/').equals(JcudaShape.RUNTIME.className());
    Class<?> pointer = caller.findClass(runtime ? POINTER : DEVICE_POINTER);
    MethodType allocate = MethodType.methodType(int.class, pointer, long.class);
    MethodType managed = allocate.appendParameterTypes(int.class);
    MethodType free = MethodType.methodType(int.class, pointer);
    return new LinkedCalls.Api(
        erased(
            caller.findStatic(owner, runtime ? "cudaMallocNative" : "cuMemAllocNative", allocate)),
        erased(
            caller.findStatic(
                owner, runtime ? "cudaMallocManagedNative" : "cuMemAllocManagedNative", managed)),
        erased(caller.findStatic(owner, runtime ? "cudaFreeNative" : "cuMemFreeNative", free)),
        erased(caller.findConstructor(pointer, MethodType.methodType(void.class))),
        PointerReader.of(caller),
        runtime);
  }

  /** {@code plain} for classes that do not know JCuda's: objects instead of them. */
  private static MethodHandle erased(MethodHandle plain) {
    MethodType type = plain.type();
    for (int i = 0; i < type.parameterCount(); i++) {
      if (type.parameterType(i).getName().startsWith("jcuda.")) {
        type = type.changeParameterType(i, Object.class);
      }
    }
    return plain.asType(
        type.returnType().isPrimitive() ? type : type.changeReturnType(Object.class));
  }

  /** A hook that makes the call itself, by way of {@code bound}. */
  private static MethodHandle hook(String name, MethodHandle plain, LinkedCalls.Api bound)
      throws ReflectiveOperationException {
    MethodType type = erased(plain).type().insertParameterTypes(0, LinkedCalls.Api.class);
    return MethodHandles.insertArguments(HOOKS.findStatic(Hooks.class, name, type), 0, bound)
        .asType(plain.type());
  }

  /** A hook that takes {@code bound}, and the plain call to make. */
  private static MethodHandle around(String name, MethodHandle plain, LinkedCalls.Api bound)
      throws ReflectiveOperationException {
    return around(name, plain, LinkedCalls.Api.class, bound);
  }

  private static MethodHandle around(String name, MethodHandle plain, PointerReader bound)
      throws ReflectiveOperationException {
    return around(name, plain, PointerReader.class, bound);
  }

  private static <T> MethodHandle around(
      String name, MethodHandle plain, Class<T> boundType, T bound)
      throws ReflectiveOperationException {
    MethodHandle call = erased(plain);
    MethodType type = call.type().insertParameterTypes(0, boundType, MethodHandle.class);
    return MethodHandles.insertArguments(HOOKS.findStatic(Hooks.class, name, type), 0, bound, call)
        .asType(plain.type());
  }

  /** A hook of {@link ModuleHooks}. */
  private static MethodHandle module(String name, MethodHandle plain, MethodHandles.Lookup caller)
      throws ReflectiveOperationException {
    MethodHandle call = erased(plain);
    MethodType type = call.type().insertParameterTypes(0, PointerReader.class, MethodHandle.class);
    MethodHandle hook = HOOKS.findStatic(ModuleHooks.class, name, type);
    return MethodHandles.insertArguments(hook, 0, PointerReader.of(caller), call)
        .asType(plain.type());
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

  private static MethodHandle whileListening(MethodHandle hooked, MethodHandle plain)
      throws ReflectiveOperationException {
    MethodHandle test =
        HOOKS.findStatic(Hooks.class, "listening", MethodType.methodType(boolean.class));
    return MethodHandles.guardWithTest(test, hooked, plain);
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
