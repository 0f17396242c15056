package io.spillway.programs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjitInputType;
import jcuda.driver.CUlinkState;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

/** Programs that know JCuda, or not even that, and nothing of Spillway. */
public final class Programs {

  private Programs() {}

  /** No GPU in it. */
  public static final class Hello {
    private Hello() {}

    public static void main(String[] args) {
      System.out.println("hello");
    }
  }

  /** Allocates more than the 8 GiB the stub has, uses it, frees it, whether it got it or not. */
  public static final class Oversubscribe {
    private static final long GIB = 1L << 30;

    private Oversubscribe() {}

    public static void main(String[] args) {
      open();
      List<CUdeviceptr> pointers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        CUdeviceptr pointer = new CUdeviceptr();
        System.out.println("alloc " + JCudaDriver.cuMemAlloc(pointer, 3 * GIB));
        pointers.add(pointer);
      }
      int[] in = {1, 2, 3};
      int[] out = new int[3];
      JCudaDriver.cuMemcpyHtoD(pointers.get(3), Pointer.to(in), 12);
      JCudaDriver.cuMemcpyDtoH(Pointer.to(out), pointers.get(3), 12);
      System.out.println("read " + out[0] + out[1] + out[2]);
      CUfunction function = function("scale");
      for (int i = 0; i < 2; i++) {
        launch(function, pointers);
      }
      JCudaDriver.setExceptionsEnabled(true);
      try {
        JCudaDriver.cuMemAlloc(new CUdeviceptr(), 1L << 60);
      } catch (CudaException e) {
        System.out.println("thrown " + e.getMessage());
      }
      JCudaDriver.setExceptionsEnabled(false);
      for (CUdeviceptr pointer : pointers) {
        System.out.println("free " + JCudaDriver.cuMemFree(pointer));
      }
    }

    static void open() {
      JCudaDriver.cuInit(0);
      CUdevice device = new CUdevice();
      JCudaDriver.cuDeviceGet(device, 0);
      JCudaDriver.cuCtxCreate(new CUcontext(), 0, device);
    }

    static CUfunction function(String name) {
      CUmodule module = new CUmodule();
      JCudaDriver.cuModuleLoadData(module, "ptx\0".getBytes(UTF_8));
      CUfunction function = new CUfunction();
      JCudaDriver.cuModuleGetFunction(function, module, name);
      return function;
    }

    private static void launch(CUfunction function, List<CUdeviceptr> pointers) {
      Pointer parameters =
          Pointer.to(
              Pointer.to(pointers.get(0)),
              Pointer.to(new float[] {2}),
              Pointer.to(pointers.get(3).withByteOffset(4096)));
      JCudaDriver.cuLaunchKernel(function, 7, 1, 1, 256, 1, 1, 0, null, parameters, null);
    }
  }

  /** Allocates what fits, uses it, frees it. */
  public static final class Fits {
    private Fits() {}

    public static void main(String[] args) {
      Oversubscribe.open();
      CUdeviceptr pointer = new CUdeviceptr();
      System.out.println(
          "alloc ".concat(String.valueOf(JCudaDriver.cuMemAlloc(pointer, 64 << 20))));
      int[] in = {1, 2, 3};
      int[] out = new int[3];
      JCudaDriver.cuMemcpyHtoD(pointer, Pointer.to(in), 12);
      JCudaDriver.cuMemcpyDtoH(Pointer.to(out), pointer, 12);
      System.out.println(Arrays.equals(in, out));
      System.out.println("free ".concat(String.valueOf(JCudaDriver.cuMemFree(pointer))));
    }
  }

  /** Launches from several lines what is alike and what is not. */
  public static final class Launching {
    private static final int MIB = 1 << 20;

    private Launching() {}

    public static void main(String[] args) {
      Oversubscribe.open();
      CUfunction scale = Oversubscribe.function("scale");
      CUfunction shift = Oversubscribe.function("shift");
      CUdeviceptr one = allocate();
      CUdeviceptr other = allocate();
      for (int i = 0; i < 3; i++) {
        first(scale, one, 1);
        second(scale, one, 1);
      }
      second(scale, other, 1);
      second(scale, one, 2);
      second(shift, one, 1);
      JCudaDriver.cuMemFree(one);
      second(scale, allocate(), 1);
      for (int i = 0; i < 2; i++) {
        copy(other, 8);
      }
      copy(other, 4);
    }

    private static CUdeviceptr allocate() {
      CUdeviceptr pointer = new CUdeviceptr();
      JCudaDriver.cuMemAlloc(pointer, MIB);
      return pointer;
    }

    private static void copy(CUdeviceptr to, int bytes) {
      JCudaDriver.cuMemcpyHtoD(to, Pointer.to(new long[1]), bytes);
    }

    private static void first(CUfunction function, CUdeviceptr pointer, int blocks) {
      Pointer parameters = Pointer.to(Pointer.to(pointer));
      JCudaDriver.cuLaunchKernel(function, blocks, 1, 1, 32, 1, 1, 0, null, parameters, null);
    }

    private static void second(CUfunction function, CUdeviceptr pointer, int blocks) {
      Pointer parameters = Pointer.to(Pointer.to(pointer));
      JCudaDriver.cuLaunchKernel(function, blocks, 1, 1, 32, 1, 1, 0, null, parameters, null);
    }
  }

  /** {@link Oversubscribe} on a JCuda that only its own loader knows. */
  public static final class InOwnLoader {
    private InOwnLoader() {}

    public static void main(String[] args)
        throws MalformedURLException, ReflectiveOperationException {
      List<URL> urls = new ArrayList<>();
      for (String entry : System.getProperty("program.path").split(java.io.File.pathSeparator)) {
        urls.add(Path.of(entry).toUri().toURL());
      }
      ClassLoader loader =
          new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
      try {
        var main =
            Class.forName(Oversubscribe.class.getName(), true, loader)
                .getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        main.invoke(null, (Object) args);
      } catch (InvocationTargetException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** Launches a kernel of a text that is loaded in each way there is. */
  public static final class Loading {
    static final String TEXT =
        """
        .version 7.0
        .target sm_70
        .address_size 64
        .visible .entry copy(.param .u64 copy_0, .param .u64 copy_1)
        {
        .reg .b32 %r<2>; .reg .b64 %rd<3>;
        ld.param.u64 %rd1, [copy_0];
        ld.param.u64 %rd2, [copy_1];
        ld.global.u32 %r1, [%rd1];
        st.global.u32 [%rd2], %r1;
        ret;
        }
        """;

    private Loading() {}

    public static void main(String[] args) throws IOException {
      Oversubscribe.open();
      CUdeviceptr in = new CUdeviceptr();
      CUdeviceptr out = new CUdeviceptr();
      JCudaDriver.cuMemAlloc(in, 1 << 20);
      JCudaDriver.cuMemAlloc(out, 1 << 20);
      Path file = Files.createTempFile("copy", ".ptx");
      Files.writeString(file, TEXT);
      byte[] text = (TEXT + "\0").getBytes(UTF_8);
      CUmodule module = new CUmodule();
      JCudaDriver.cuModuleLoadData(module, text);
      launch(module, in, out);
      JCudaDriver.cuModuleLoadData(module, TEXT);
      launch(module, in, out);
      JCudaDriver.cuModuleLoadDataEx(
          module, Pointer.to(text), 0, new int[0], Pointer.to(new int[0]));
      launch(module, in, out);
      JCudaDriver.cuModuleLoad(module, file.toString());
      launch(module, in, out);
      Files.delete(file);
      JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(text), new JITOptions());
      launch(module, in, out);
      JCudaDriver.cuModuleLoadData(module, new byte[] {0x7F, 'E', 'L', 'F', 0});
      launch(module, in, out);
      System.out.println("unload " + JCudaDriver.cuModuleUnload(module));
    }

    static void launch(CUmodule module, CUdeviceptr in, CUdeviceptr out) {
      CUfunction function = new CUfunction();
      JCudaDriver.cuModuleGetFunction(function, module, "copy");
      Pointer parameters = Pointer.to(Pointer.to(in), Pointer.to(out));
      JCudaDriver.cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, null, parameters, null);
    }
  }

  /** Launches a kernel of texts that are linked, and loads them before it allocates anything. */
  public static final class Linking {
    private Linking() {}

    public static void main(String[] args) throws IOException {
      Oversubscribe.open();
      Path file = Files.createTempFile("copy", ".ptx");
      Files.writeString(file, Loading.TEXT);
      Path other = Files.createTempFile("other", ".cubin");
      Pointer text = Pointer.to((Loading.TEXT + "\0").getBytes(UTF_8));
      Pointer weak = Pointer.to(Loading.TEXT.replace(".visible", ".weak").getBytes(UTF_8));
      List<CUmodule> modules = new ArrayList<>();
      // A text alone, from memory and from a file; beside machine code; one that may be replaced.
      modules.add(linked(state -> add(state, text, Loading.TEXT.length() + 1)));
      modules.add(linked(state -> addFile(state, CUjitInputType.CU_JIT_INPUT_PTX, file)));
      modules.add(
          linked(
              state -> {
                add(state, text, Loading.TEXT.length() + 1);
                addFile(state, CUjitInputType.CU_JIT_INPUT_CUBIN, other);
              }));
      modules.add(
          linked(
              state -> {
                add(state, weak, Loading.TEXT.length() - 3);
                addFile(state, CUjitInputType.CU_JIT_INPUT_CUBIN, other);
              }));
      Files.delete(file);
      Files.delete(other);
      CUdeviceptr in = new CUdeviceptr();
      CUdeviceptr out = new CUdeviceptr();
      JCudaDriver.cuMemAlloc(in, 1 << 20);
      JCudaDriver.cuMemAlloc(out, 1 << 20);
      modules.forEach(module -> Loading.launch(module, in, out));
    }

    private static CUmodule linked(Consumer<CUlinkState> inputs) {
      CUlinkState state = new CUlinkState();
      JCudaDriver.cuLinkCreate(new JITOptions(), state);
      inputs.accept(state);
      Pointer image = new Pointer();
      JCudaDriver.cuLinkComplete(state, image, new long[1]);
      CUmodule module = new CUmodule();
      JCudaDriver.cuModuleLoadDataEx(module, image, 0, new int[0], Pointer.to(new int[0]));
      JCudaDriver.cuLinkDestroy(state);
      return module;
    }

    private static void add(CUlinkState state, Pointer text, int bytes) {
      JCudaDriver.cuLinkAddData(
          state, CUjitInputType.CU_JIT_INPUT_PTX, text, bytes, "text", new JITOptions());
    }

    private static void addFile(CUlinkState state, int type, Path file) {
      JCudaDriver.cuLinkAddFile(state, type, file.toString(), new JITOptions());
    }
  }
}
