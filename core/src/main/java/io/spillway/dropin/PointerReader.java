package io.spillway.dropin;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads JCuda's pointer objects, whose fields are private, without knowing JCuda's classes: those
 * of any loader.
 *
 * <p>A {@code jcuda.Pointer} is an address and a byte offset; or it stands for host memory, and
 * then holds a buffer, or an array of other pointers. Kernel parameters are a pointer to an array
 * of pointers, one for each parameter, to where its value is. Safe for use by any thread.
 *
 * <p>Each reader is of a class of its own: {@link FieldReader}, defined anew with the accessors of
 * one JCuda as its constants. A field is then read as if it were public, where an accessor that the
 * compiler does not know would cost ten times that.
 */
public abstract class PointerReader {

  /** One reader for each JCuda, so that the compiler finds one class where it looks. */
  private static final ClassValue<AtomicReference<@Nullable PointerReader>> READERS =
      new ClassValue<>() {
        @Override
        protected AtomicReference<@Nullable PointerReader> computeValue(Class<?> pointer) {
          return new AtomicReference<>();
        }
      };

  private static final String CLASS_FILE = "FieldReader.class";

  PointerReader() {}

  /**
   * The reader for the JCuda that {@code lookup} sees.
   *
   * @param lookup with full access to a class of that JCuda's module, which is the unnamed one
   * @throws ReflectiveOperationException if its pointers are not of the shape known
   */
  public static PointerReader of(MethodHandles.Lookup lookup) throws ReflectiveOperationException {
    Class<?> pointer = lookup.findClass("jcuda.Pointer");
    AtomicReference<@Nullable PointerReader> known = READERS.get(pointer);
    PointerReader reader = known.get();
    if (reader != null) {
      return reader;
    }
    PointerReader made = define(lookup, pointer);
    PointerReader first = known.compareAndExchange(null, made);
    return first == null ? made : first;
  }

  private static PointerReader define(MethodHandles.Lookup lookup, Class<?> pointer)
      throws ReflectiveOperationException {
    Class<?> object = lookup.findClass("jcuda.NativePointerObject");
    MethodHandles.Lookup inPointer = MethodHandles.privateLookupIn(pointer, lookup);
    MethodHandles.Lookup inObject = MethodHandles.privateLookupIn(object, lookup);
    // In the order in which FieldReader takes them.
    List<Object> constants =
        List.of(
            pointer,
            erased(inObject.findGetter(object, "nativePointer", long.class), long.class),
            erased(inPointer.findGetter(pointer, "byteOffset", long.class), long.class),
            erased(inPointer.findGetter(pointer, "buffer", Buffer.class), Buffer.class),
            erased(inPointer.findGetter(pointer, "pointers", object.arrayType()), Object[].class));
    Class<?> reader =
        MethodHandles.lookup()
            .defineHiddenClassWithClassData(classFile(), constants, true)
            .lookupClass();
    return (PointerReader) reader.getDeclaredConstructor().newInstance();
  }

  private static byte[] classFile() throws ReflectiveOperationException {
    try (InputStream file = PointerReader.class.getResourceAsStream(CLASS_FILE)) {
      if (file == null) {
        throw new ClassNotFoundException(CLASS_FILE + " is not beside " + PointerReader.class);
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(CLASS_FILE, e);
    }
  }

  private static MethodHandle erased(MethodHandle getter, Class<?> type) {
    return getter.asType(MethodType.methodType(type, Object.class));
  }

  /** Whether it is a {@code jcuda.Pointer}. */
  abstract boolean isPointer(@Nullable Object candidate);

  /** {@code NativePointerObject.nativePointer}. */
  abstract long nativePointer(Object nativePointerObject);

  /** {@code Pointer.byteOffset}. */
  abstract long byteOffset(Object pointer);

  /** {@code Pointer.buffer}. */
  abstract @Nullable Buffer buffer(Object pointer);

  /** {@code Pointer.pointers}. */
  abstract @Nullable Object @Nullable [] pointers(Object pointer);

  /** The number behind a function, stream, event or pointer without its offset; 0 for null. */
  public final long handle(@Nullable Object nativePointerObject) {
    return nativePointerObject == null ? 0 : nativePointer(nativePointerObject);
  }

  /** The address a pointer stands for, its offset included; 0 for null and for host buffers. */
  public final long address(@Nullable Object pointer) {
    if (pointer == null) {
      return 0;
    }
    long start = nativePointer(pointer);
    return start == 0 && !bare(pointer) ? 0 : start + byteOffset(pointer);
  }

  /** Whether it is an address, not a stand-in for host memory. */
  private boolean bare(Object pointer) {
    return buffer(pointer) == null && pointers(pointer) == null;
  }

  /**
   * Everything that may be an address among a kernel's arguments.
   *
   * @param parameters {@code kernelParams} or {@code extra} of a launch; may be null
   */
  public final void addresses(@Nullable Object parameters, AddressSink sink) {
    if (parameters == null || !isPointer(parameters)) {
      return;
    }
    @Nullable Object[] arguments = pointers(parameters);
    if (arguments != null) {
      for (int i = 0; i < arguments.length; i++) {
        Object argument = arguments[i];
        if (argument != null && isPointer(argument)) {
          sink.argument(i);
          argument(argument, sink);
        }
      }
    }
  }

  private void argument(Object argument, AddressSink sink) {
    @Nullable Object[] values = pointers(argument);
    if (values != null) {
      for (Object value : values) {
        sink.accept(value != null && isPointer(value) ? address(value) : 0);
      }
      return;
    }
    Buffer memory = buffer(argument);
    if (memory != null) {
      ArgumentBytes.scan(memory, byteOffset(argument), sink);
    }
  }

  /**
   * What a pointer to host memory points to, to the end of it; null if it is an address, or to more
   * than {@code most} bytes.
   */
  public final byte @Nullable [] content(@Nullable Object pointer, int most) {
    return content(pointer, Long.MAX_VALUE, most);
  }

  /** The same for its first {@code bytes} at most. */
  public final byte @Nullable [] content(@Nullable Object pointer, long bytes, int most) {
    Buffer memory = pointer != null && isPointer(pointer) ? buffer(pointer) : null;
    if (pointer == null || memory == null) {
      return null;
    }
    return ArgumentBytes.copy(memory, byteOffset(pointer), bytes, most);
  }

  /** Takes what may be an address. */
  @FunctionalInterface
  public interface AddressSink {
    /**
     * {@code word} may be one, or any other number. Words of an argument come in order, and all of
     * them or none.
     */
    void accept(long word);

    /** The words from now on are of the argument for that parameter. */
    default void argument(int parameter) {}
  }
}
