package io.spillway.dropin;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads JCuda's pointer objects, whose fields are private, without knowing JCuda's classes: those
 * of any loader.
 *
 * <p>A {@code jcuda.Pointer} is an address and a byte offset; or it stands for host memory, and
 * then holds a buffer, or an array of other pointers. Kernel parameters are a pointer to an array
 * of pointers, one for each parameter, to where its value is. Safe for use by any thread.
 */
public final class PointerReader {

  /** Most bytes of one argument that are read: CUDA's limit for all parameters of a kernel. */
  private static final int MOST_ARGUMENT_BYTES = 32_764;

  private static final long STEP_BYTES = Long.BYTES;

  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private final MethodHandle nativePointer;
  private final MethodHandle byteOffset;
  private final MethodHandle buffer;
  private final MethodHandle pointers;
  private final Class<?> pointerClass;

  private PointerReader(
      Class<?> pointerClass,
      MethodHandle nativePointer,
      MethodHandle byteOffset,
      MethodHandle buffer,
      MethodHandle pointers) {
    this.pointerClass = pointerClass;
    this.nativePointer =
        nativePointer.asType(nativePointer.type().changeParameterType(0, Object.class));
    this.byteOffset = byteOffset.asType(byteOffset.type().changeParameterType(0, Object.class));
    this.buffer = buffer.asType(buffer.type().changeParameterType(0, Object.class));
    this.pointers =
        pointers.asType(
            pointers.type().changeParameterType(0, Object.class).changeReturnType(Object[].class));
  }

  /**
   * A reader for the JCuda that {@code lookup} sees.
   *
   * @param lookup with full access to a class of that JCuda's module, which is the unnamed one
   * @throws ReflectiveOperationException if its pointers are not of the shape known
   */
  public static PointerReader of(MethodHandles.Lookup lookup) throws ReflectiveOperationException {
    Class<?> pointer = lookup.findClass("jcuda.Pointer");
    Class<?> object = lookup.findClass("jcuda.NativePointerObject");
    MethodHandles.Lookup inPointer = MethodHandles.privateLookupIn(pointer, lookup);
    MethodHandles.Lookup inObject = MethodHandles.privateLookupIn(object, lookup);
    return new PointerReader(
        pointer,
        inObject.findGetter(object, "nativePointer", long.class),
        inPointer.findGetter(pointer, "byteOffset", long.class),
        inPointer.findGetter(pointer, "buffer", Buffer.class),
        inPointer.findGetter(pointer, "pointers", object.arrayType()));
  }

  /** The number behind a function, stream, event or pointer without its offset; 0 for null. */
  public long handle(@Nullable Object nativePointerObject) {
    if (nativePointerObject == null) {
      return 0;
    }
    try {
      return (long) nativePointer.invokeExact(nativePointerObject);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The address a pointer stands for, its offset included; 0 for null and for host buffers. */
  public long address(@Nullable Object pointer) {
    if (pointer == null) {
      return 0;
    }
    try {
      long start = (long) nativePointer.invokeExact(pointer);
      return start == 0 && !bare(pointer) ? 0 : start + (long) byteOffset.invokeExact(pointer);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Whether it is an address, not a stand-in for host memory. */
  private boolean bare(Object pointer) throws Throwable {
    return (Buffer) buffer.invokeExact(pointer) == null
        && (Object[]) pointers.invokeExact(pointer) == null;
  }

  /**
   * Everything that may be an address among a kernel's arguments.
   *
   * @param parameters {@code kernelParams} or {@code extra} of a launch; may be null
   */
  public void addresses(@Nullable Object parameters, AddressSink sink) {
    if (!pointerClass.isInstance(parameters)) {
      return;
    }
    try {
      Object[] arguments = (Object[]) pointers.invokeExact(parameters);
      if (arguments != null) {
        for (Object argument : arguments) {
          if (pointerClass.isInstance(argument)) {
            argument(argument, sink);
          }
        }
      }
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private void argument(Object argument, AddressSink sink) throws Throwable {
    Object[] values = (Object[]) pointers.invokeExact(argument);
    if (values != null) {
      for (Object value : values) {
        if (pointerClass.isInstance(value)) {
          sink.accept(address(value));
        }
      }
      return;
    }
    Buffer memory = (Buffer) buffer.invokeExact(argument);
    if (memory != null) {
      scan(memory, (long) byteOffset.invokeExact(argument), sink);
    }
  }

  /** Every eighth byte may begin an address: alone, or in a structure. */
  static void scan(Buffer memory, long offset, AddressSink sink) {
    // All of it: JCuda's pointer may begin before the buffer's position.
    MemorySegment bytes = MemorySegment.ofBuffer(memory.duplicate().clear());
    long end = Math.min(bytes.byteSize(), offset + MOST_ARGUMENT_BYTES);
    for (long at = Math.max(0, offset); at + STEP_BYTES <= end; at += STEP_BYTES) {
      sink.accept(bytes.get(WORD, at));
    }
  }

  /** Takes what may be an address. */
  @FunctionalInterface
  public interface AddressSink {
    /** {@code word} may be one, or any other number. */
    void accept(long word);
  }

  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof RuntimeException failure) {
      return failure;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }
}
