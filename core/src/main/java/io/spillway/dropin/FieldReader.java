package io.spillway.dropin;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The class file that {@link PointerReader#of} defines a hidden class from, one for each JCuda. The
 * accessors are that class's data, and so constants to the compiler. Never used under its own name,
 * where it has none.
 */
final class FieldReader extends PointerReader {

  private static final Class<?> POINTER = constant(0, Class.class);
  private static final MethodHandle NATIVE_POINTER = constant(1, MethodHandle.class);
  private static final MethodHandle BYTE_OFFSET = constant(2, MethodHandle.class);
  private static final MethodHandle BUFFER = constant(3, MethodHandle.class);
  private static final MethodHandle POINTERS = constant(4, MethodHandle.class);

  FieldReader() {}

  private static <T> T constant(int index, Class<T> type) {
    try {
      return MethodHandles.classDataAt(
          MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, type, index);
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  boolean isPointer(@Nullable Object candidate) {
    return POINTER.isInstance(candidate);
  }

  @Override
  long nativePointer(Object nativePointerObject) {
    try {
      return (long) NATIVE_POINTER.invokeExact(nativePointerObject);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  long byteOffset(Object pointer) {
    try {
      return (long) BYTE_OFFSET.invokeExact(pointer);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  @Nullable Buffer buffer(Object pointer) {
    try {
      return (Buffer) BUFFER.invokeExact(pointer);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  @Override
  @Nullable Object @Nullable [] pointers(Object pointer) {
    try {
      return (Object[]) POINTERS.invokeExact(pointer);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Of what an accessor throws only a wrong argument's exception is possible. */
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
