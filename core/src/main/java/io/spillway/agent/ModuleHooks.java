package io.spillway.agent;

import io.spillway.dropin.Dropin;
import io.spillway.dropin.Launches;
import io.spillway.dropin.LoadedModules;
import io.spillway.dropin.PointerReader;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * What JCuda's native calls that load and link modules become, as {@link Hooks} are for all others.
 * They count whoever listens: a recording that begins later is to know what was loaded before, and
 * what was known under a handle may hold no longer.
 */
@SuppressWarnings("unused") // Found by name.
final class ModuleHooks {

  private static final int SUCCESS = 0;

  private ModuleHooks() {}

  static int function(
      PointerReader reader,
      MethodHandle plain,
      @Nullable Object function,
      @Nullable Object module,
      @Nullable String name)
      throws Throwable {
    int status = (int) plain.invokeExact(function, module, name);
    Launches launches = launches(status);
    if (launches != null && name != null) {
      long handle = reader.handle(function);
      launches.named(handle, name);
      launches.modules().lookedUp(handle, reader.handle(module), name);
    }
    return status;
  }

  static int loadFile(
      PointerReader reader, MethodHandle plain, @Nullable Object module, @Nullable String file)
      throws Throwable {
    int status = (int) plain.invokeExact(module, file);
    LoadedModules modules = modules(status);
    if (modules != null && file != null) {
      modules.loadedFrom(reader.handle(module), file);
    }
    return status;
  }

  static int loadBytes(
      PointerReader reader, MethodHandle plain, @Nullable Object module, byte @Nullable [] image)
      throws Throwable {
    int status = (int) plain.invokeExact(module, image);
    LoadedModules modules = modules(status);
    if (modules != null) {
      modules.loaded(reader.handle(module), image);
    }
    return status;
  }

  static int loadWithOptions(
      PointerReader reader,
      MethodHandle plain,
      @Nullable Object module,
      @Nullable Object image,
      int count,
      int @Nullable [] options,
      @Nullable Object values)
      throws Throwable {
    int status = (int) plain.invokeExact(module, image, count, options, values);
    LoadedModules modules = modules(status);
    if (modules != null && LoadedModules.placesVariables(count, options)) {
      modules.unloaded(reader.handle(module));
    } else if (modules != null) {
      loaded(reader, modules, module, image);
    }
    return status;
  }

  /** JCuda's options hold numbers and bytes, so none of them places variables. */
  static int loadWithJitOptions(
      PointerReader reader,
      MethodHandle plain,
      @Nullable Object module,
      @Nullable Object image,
      @Nullable Object options)
      throws Throwable {
    int status = (int) plain.invokeExact(module, image, options);
    LoadedModules modules = modules(status);
    if (modules != null) {
      loaded(reader, modules, module, image);
    }
    return status;
  }

  /** From the program's own memory, or from where an address points. */
  private static void loaded(
      PointerReader reader,
      LoadedModules modules,
      @Nullable Object module,
      @Nullable Object image) {
    byte[] content = reader.content(image, LoadedModules.MOST_BYTES);
    if (content == null) {
      modules.loadedFrom(reader.handle(module), reader.address(image));
    } else {
      modules.loaded(reader.handle(module), content);
    }
  }

  static int unload(PointerReader reader, MethodHandle plain, @Nullable Object module)
      throws Throwable {
    long handle = reader.handle(module);
    int status = (int) plain.invokeExact(module);
    LoadedModules modules = modules(status);
    if (modules != null) {
      modules.unloaded(handle);
    }
    return status;
  }

  static int linkCreate(
      PointerReader reader, MethodHandle plain, @Nullable Object options, @Nullable Object state)
      throws Throwable {
    int status = (int) plain.invokeExact(options, state);
    LoadedModules modules = modules(status);
    if (modules != null) {
      modules.links().created(reader.handle(state));
    }
    return status;
  }

  static int linkAddData(
      PointerReader reader,
      MethodHandle plain,
      @Nullable Object state,
      int type,
      @Nullable Object data,
      long bytes,
      @Nullable String name,
      @Nullable Object options)
      throws Throwable {
    int status = (int) plain.invokeExact(state, type, data, bytes, name, options);
    LoadedModules modules = modules(status);
    if (modules != null) {
      modules
          .links()
          .added(reader.handle(state), type, reader.content(data, bytes, LoadedModules.MOST_BYTES));
    }
    return status;
  }

  static int linkAddFile(
      PointerReader reader,
      MethodHandle plain,
      @Nullable Object state,
      int type,
      @Nullable String file,
      @Nullable Object options)
      throws Throwable {
    int status = (int) plain.invokeExact(state, type, file, options);
    LoadedModules modules = modules(status);
    if (modules != null && file != null) {
      modules.links().addedFile(reader.handle(state), type, file, modules);
    }
    return status;
  }

  static int linkComplete(
      PointerReader reader,
      MethodHandle plain,
      @Nullable Object state,
      @Nullable Object image,
      long @Nullable [] bytes)
      throws Throwable {
    int status = (int) plain.invokeExact(state, image, bytes);
    LoadedModules modules = modules(status);
    if (modules != null) {
      modules.links().completed(reader.handle(state), reader.address(image));
    }
    return status;
  }

  static int linkDestroy(PointerReader reader, MethodHandle plain, @Nullable Object state)
      throws Throwable {
    long handle = reader.handle(state);
    int status = (int) plain.invokeExact(state);
    // Whatever it says: an image that may be gone is not known any more.
    LoadedModules modules = modules(SUCCESS);
    if (modules != null) {
      modules.links().destroyed(handle);
    }
    return status;
  }

  private static @Nullable Launches launches(int status) {
    Dropin dropin = status == SUCCESS ? Dropin.published() : null;
    return dropin == null ? null : dropin.launches();
  }

  private static @Nullable LoadedModules modules(int status) {
    Launches launches = launches(status);
    return launches == null ? null : launches.modules();
  }
}
