package io.spillway.agent;

import io.spillway.access.LaunchEvent;
import io.spillway.dropin.Attach;
import io.spillway.dropin.Dropin;
import io.spillway.dropin.Launches;
import io.spillway.dropin.Pitch;
import io.spillway.dropin.PointerReader;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * What JCuda's native calls become. First come the arguments {@link Linker} binds, then the
 * program's. Handles take objects for JCuda's classes, and null where JCuda complains of it itself.
 */
@SuppressWarnings("unused") // Found by name.
final class Hooks {

  private static final int SUCCESS = 0;

  private Hooks() {}

  static boolean listening() {
    return Dropin.listening();
  }

  static int allocate(LinkedApi api, @Nullable Object pointer, long bytes) {
    Dropin dropin = Dropin.published();
    return dropin == null || pointer == null
        ? api.allocate(pointer, bytes)
        : dropin.allocate(new LinkedCalls(api, pointer), bytes);
  }

  static int allocateManaged(
      LinkedApi api, MethodHandle plain, @Nullable Object pointer, long bytes, int flags)
      throws Throwable {
    Dropin dropin = Dropin.published();
    return dropin == null || pointer == null || !Attach.global(flags)
        ? (int) plain.invokeExact(pointer, bytes, flags)
        : dropin.allocateManaged(new LinkedCalls(api, pointer), bytes);
  }

  static int allocateAsync(
      LinkedApi api,
      MethodHandle plain,
      @Nullable Object pointer,
      long bytes,
      @Nullable Object stream)
      throws Throwable {
    Dropin dropin = Dropin.published();
    if (dropin == null || pointer == null) {
      return (int) plain.invokeExact(pointer, bytes, stream);
    }
    LinkedCalls calls =
        new LinkedCalls(api, pointer) {
          @Override
          public int allocate(long size) {
            return allocateAsync(plain, pointer, size, stream);
          }
        };
    return dropin.allocateAsync(calls, bytes, api.reader().handle(stream));
  }

  private static int allocateAsync(
      MethodHandle plain, Object pointer, long bytes, @Nullable Object stream) {
    try {
      return (int) plain.invokeExact(pointer, bytes, stream);
    } catch (Throwable e) {
      throw Linker.unexpected(e);
    }
  }

  static int allocateFromPool(
      LinkedApi api,
      MethodHandle plain,
      @Nullable Object pointer,
      long bytes,
      @Nullable Object pool,
      @Nullable Object stream)
      throws Throwable {
    int status = (int) plain.invokeExact(pointer, bytes, pool, stream);
    adopt(api, status, pointer, bytes);
    return status;
  }

  static int allocatePitch(
      LinkedApi api,
      MethodHandle plain,
      @Nullable Object pointer,
      long[] pitch,
      long width,
      long height,
      int elementBytes)
      throws Throwable {
    int status = (int) plain.invokeExact(pointer, pitch, width, height, elementBytes);
    adopt(api, status, pointer, status == SUCCESS ? Pitch.bytes(pitch, height) : 0);
    return status;
  }

  static int allocateRuntimePitch(
      LinkedApi api,
      MethodHandle plain,
      @Nullable Object pointer,
      long[] pitch,
      long width,
      long height)
      throws Throwable {
    int status = (int) plain.invokeExact(pointer, pitch, width, height);
    adopt(api, status, pointer, status == SUCCESS ? Pitch.bytes(pitch, height) : 0);
    return status;
  }

  private static void adopt(LinkedApi api, int status, @Nullable Object pointer, long bytes) {
    Dropin dropin = Dropin.published();
    if (status == SUCCESS && dropin != null && pointer != null) {
      dropin.adopt(new LinkedCalls(api, pointer), bytes);
    }
  }

  static int free(LinkedApi api, @Nullable Object pointer) {
    Dropin dropin = Dropin.published();
    return dropin == null || pointer == null
        ? api.free(pointer)
        : dropin.free(new LinkedCalls(api, pointer));
  }

  static int freeAsync(
      LinkedApi api, MethodHandle plain, @Nullable Object pointer, @Nullable Object stream)
      throws Throwable {
    Dropin dropin = Dropin.published();
    if (dropin == null || pointer == null) {
      return (int) plain.invokeExact(pointer, stream);
    }
    return dropin.free(
        new LinkedCalls(api, pointer) {
          @Override
          public int free() {
            return freeAsync(plain, pointer, stream);
          }
        });
  }

  private static int freeAsync(MethodHandle plain, Object pointer, @Nullable Object stream) {
    try {
      return (int) plain.invokeExact(pointer, stream);
    } catch (Throwable e) {
      throw Linker.unexpected(e);
    }
  }

  static int memoryInfo(LinkedApi api, MethodHandle plain, long[] free, long[] total)
      throws Throwable {
    int status = (int) plain.invokeExact(free, total);
    Dropin dropin = Dropin.published();
    if (status == SUCCESS && dropin != null) {
      dropin.reportMemory(new LinkedCalls(api, api.rare().newPointer()), free, total);
    }
    return status;
  }

  static int addressRange(
      LinkedApi api,
      MethodHandle plain,
      @Nullable Object base,
      long @Nullable [] size,
      @Nullable Object pointer)
      throws Throwable {
    int status = (int) plain.invokeExact(base, size, pointer);
    Dropin dropin = Dropin.published();
    if (status == SUCCESS && dropin != null && size != null) {
      long asked = dropin.redirectedBytes(api.reader().address(pointer));
      if (asked > 0) {
        size[0] = asked;
      }
    }
    return status;
  }

  static int launch(
      PointerReader reader,
      MethodHandle plain,
      @Nullable Object function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      @Nullable Object stream,
      @Nullable Object parameters,
      @Nullable Object extra)
      throws Throwable {
    Launches launches = launches();
    Launches.Told told =
        launches == null
            ? null
            : launches.kernel(
                reader.handle(function),
                new LaunchEvent.Dimensions(gridX, gridY, gridZ, blockX, blockY, blockZ),
                reader.handle(stream),
                reader,
                parameters,
                extra);
    int status =
        (int)
            plain.invokeExact(
                function,
                gridX,
                gridY,
                gridZ,
                blockX,
                blockY,
                blockZ,
                sharedBytes,
                stream,
                parameters,
                extra);
    issued(launches, told);
    return status;
  }

  static int launchCooperative(
      PointerReader reader,
      MethodHandle plain,
      @Nullable Object function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      @Nullable Object stream,
      @Nullable Object parameters)
      throws Throwable {
    Launches launches = launches();
    Launches.Told told =
        launches == null
            ? null
            : launches.kernel(
                reader.handle(function),
                new LaunchEvent.Dimensions(gridX, gridY, gridZ, blockX, blockY, blockZ),
                reader.handle(stream),
                reader,
                parameters,
                null);
    int status =
        (int)
            plain.invokeExact(
                function,
                gridX,
                gridY,
                gridZ,
                blockX,
                blockY,
                blockZ,
                sharedBytes,
                stream,
                parameters);
    issued(launches, told);
    return status;
  }

  /**
   * A copy or fill.
   *
   * @param plain {@code (Object[])int}
   */
  static int transfer(
      PointerReader reader, TransferShape shape, MethodHandle plain, Object[] arguments)
      throws Throwable {
    Launches launches = launches();
    Launches.Told told =
        launches == null
            ? null
            : launches.copy(
                shape.method(),
                shape.destination() < 0 ? 0 : reader.address(arguments[shape.destination()]),
                shape.destinationBytes(arguments),
                shape.source() < 0 ? 0 : reader.address(arguments[shape.source()]),
                shape.sourceBytes(arguments),
                shape.stream() < 0 ? 0 : reader.handle(arguments[shape.stream()]));
    int status = (int) plain.invokeExact(arguments);
    issued(launches, told);
    return status;
  }

  private static @Nullable Launches launches() {
    Dropin dropin = Dropin.published();
    return dropin == null ? null : dropin.launches();
  }

  private static void issued(@Nullable Launches launches, Launches.@Nullable Told told) {
    if (launches != null && told != null) {
      launches.issued(told);
    }
  }
}
