package io.spillway.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.access.Launch;
import io.spillway.access.LaunchEvent;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.LiveAllocation;
import io.spillway.driver.jcuda.JcudaHandles;
import io.spillway.driver.stub.StubCuda;
import io.spillway.range.AddressRange;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a plugin is told of launches and copies. */
@Tag("stub")
class LaunchesTest implements SessionPlugin, SessionListener {

  private static final LaunchEvent.Dimensions DIMENSIONS =
      new LaunchEvent.Dimensions(3, 1, 1, 64, 1, 1);

  private static final long FUNCTION = 17;
  private static final long SIZE = 1 << 20;

  private final List<String> told = new ArrayList<>();
  private String throwing = "";
  private final CUcontext context = new CUcontext();
  private StubCuda stub;
  private PointerReader reader;
  private Launches launches;
  private CUdeviceptr one;
  private CUdeviceptr other;

  @BeforeEach
  void open() throws ReflectiveOperationException {
    stub = StubCuda.assumeFresh();
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, 0);
    JCudaDriver.cuCtxCreate(context, 0, device);
    reader = PointerReader.of(MethodHandles.lookup());
    Dropin dropin = new Dropin(DropinSettings.standard(), false, List.of(this));
    Dropin.install(dropin);
    launches = dropin.launches();
    launches.named(FUNCTION, "scale");
    one = allocate();
    other = allocate();
  }

  @Override
  public void close() {}

  @AfterEach
  void uninstall() {
    Dropin.uninstall();
    JCudaDriver.cuCtxDestroy(context);
  }

  private static CUdeviceptr allocate() {
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(SpillwayDriver.cuMemAlloc(pointer, SIZE)).isZero();
    return pointer;
  }

  @Override
  public String name() {
    return "test";
  }

  @Override
  public SessionListener attach(SessionContext sessionContext) {
    return this;
  }

  @Override
  public void declared(Launch launch, RangeAccess access) {
    throwIf("declared");
    long start = access.range().address();
    String which =
        start == JcudaHandles.address(one)
            ? "one"
            : start == JcudaHandles.address(other) ? "other" : "inside";
    told.add(
        "%s %d %s %s %d"
            .formatted(
                launch.label().replaceFirst("@.*", ""),
                launch.ordinal(),
                which,
                access.kind(),
                access.range().bytes()));
  }

  @Override
  public void issued(Launch launch) {
    throwIf("issued");
    told.add("issued " + launch.ordinal() + " in " + launch.stream().value());
  }

  private void throwIf(String method) {
    if (method.equals(throwing)) {
      throw new IllegalStateException(method);
    }
  }

  @Override
  public void allocated(LiveAllocation allocation) {
    throwIf("allocated");
  }

  @Override
  public void freeing(AddressRange range) {
    throwIf("freeing");
    told.add("freeing");
  }

  private void launch(long stream, CUdeviceptr... pointers) {
    Pointer[] parameters = new Pointer[pointers.length];
    for (int i = 0; i < pointers.length; i++) {
      parameters[i] = Pointer.to(pointers[i]);
    }
    Launches.Told launch =
        launches.kernel(FUNCTION, DIMENSIONS, stream, reader, Pointer.to(parameters), null);
    if (launch != null) {
      launches.issued(launch);
    }
  }

  @Test
  void eachAllocationOnceInArgumentOrder() {
    launch(0, other.withByteOffset(SIZE - 1), one, other);
    assertThat(told)
        .containsExactly(
            "scale 0 other UNKNOWN " + SIZE, "scale 0 one UNKNOWN " + SIZE, "issued 0 in 0");
  }

  @Test
  void repetitionsAreToldAlikeAndCounted() {
    for (int i = 0; i < 3; i++) {
      launch(i, one);
    }
    assertThat(told)
        .containsExactly(
            "scale 0 one UNKNOWN " + SIZE,
            "issued 0 in 0",
            "scale 1 one UNKNOWN " + SIZE,
            "issued 1 in 1",
            "scale 2 one UNKNOWN " + SIZE,
            "issued 2 in 2");
  }

  @Test
  void whatWasFreedIsTouchedNoMore() {
    launch(0, one);
    SpillwayDriver.cuMemFree(one);
    told.clear();
    launch(0, one);
    assertThat(told).as("a launch of nothing known").containsExactly("issued 1 in 0");
  }

  @Test
  void anAddressThatComesAgainIsAnotherAllocation() {
    launch(0, one);
    long address = JcudaHandles.address(one);
    SpillwayDriver.cuMemFree(one);
    Dropin.published().adopt(new Made(address), 2 * SIZE);
    told.clear();
    launch(0, one);
    assertThat(told).containsExactly("scale 1 one UNKNOWN " + 2 * SIZE, "issued 1 in 0");
  }

  /** A call that the driver gave {@code address}. */
  private record Made(long address) implements NativeCalls {
    @Override
    public int allocate(long bytes) {
      return 0;
    }

    @Override
    public int allocateManaged(long bytes) {
      return 0;
    }

    @Override
    public int free() {
      return 0;
    }

    @Override
    public int freeManaged() {
      return 0;
    }

    @Override
    public void startContext() {}

    @Override
    public int deviceCount() {
      return 1;
    }

    @Override
    public int memoryInfo(long[] free, long[] total) {
      return 0;
    }

    @Override
    public int outOfMemory() {
      return 2;
    }
  }

  @Test
  void aHandleThatComesAgainIsAnotherFunction() {
    launch(0, one);
    launches.named(FUNCTION, "shift");
    launch(0, one);
    launches.named(FUNCTION, "scale");
    launch(0, one);
    assertThat(told)
        .containsExactly(
            "scale 0 one UNKNOWN " + SIZE,
            "issued 0 in 0",
            "shift 0 one UNKNOWN " + SIZE,
            "issued 0 in 0",
            "scale 1 one UNKNOWN " + SIZE,
            "issued 1 in 0");
  }

  @Test
  void copiesTellReadingFromWriting() {
    long from = JcudaHandles.address(one);
    long to = JcudaHandles.address(other);
    for (int i = 0; i < 2; i++) {
      launches.issued(launches.copy("cuMemcpyDtoD", to + 16, 8, from + 32, 8, 0));
    }
    launches.issued(launches.copy("cuMemcpyDtoD", from, SIZE, from, SIZE, 0));
    assertThat(launches.copy("cuMemcpyHtoD", 4096, 8, 0, 8, 0)).isNull();
    assertThat(told)
        .containsExactly(
            "cuMemcpyDtoD 0 inside READ 8",
            "cuMemcpyDtoD 0 inside WRITE 8",
            "issued 0 in 0",
            "cuMemcpyDtoD 1 inside READ 8",
            "cuMemcpyDtoD 1 inside WRITE 8",
            "issued 1 in 0",
            "cuMemcpyDtoD 2 one READ " + SIZE,
            "cuMemcpyDtoD 2 one WRITE " + SIZE,
            "issued 2 in 0");
  }

  @Test
  void whatAPluginThrowsDoesNotReachTheProgram() {
    throwing = "declared";
    launch(0, one);
    assertThat(launches.copy("cuMemcpyHtoD", JcudaHandles.address(one), 8, 0, 0, 0)).isNull();
    assertThat(told).isEmpty();
    throwing = "issued";
    launch(0, one);
    throwing = "";
    launch(0, one);
    assertThat(told)
        .containsExactly(
            "scale 1 one UNKNOWN " + SIZE, "scale 2 one UNKNOWN " + SIZE, "issued 2 in 0");
  }

  @Test
  void norDoesWhatItThrowsOfAllocationsAndTheAccountIsKept() {
    throwing = "allocated";
    CUdeviceptr third = allocate();
    assertThat(Dropin.installed().orElseThrow().allocations()).hasSize(3);
    throwing = "freeing";

    assertThat(SpillwayDriver.cuMemFree(third)).isZero();

    assertThat(Dropin.installed().orElseThrow().allocations()).hasSize(2);
    assertThat(stub.live()).hasSize(2);
  }

  @Test
  void nothingIsToldInACapturedStream() {
    stub.set("streams_capturing", 1);
    launch(0, one);
    assertThat(told).isEmpty();
    stub.set("streams_capturing", 0);
    launch(0, one);
    assertThat(told).containsExactly("scale 1 one UNKNOWN " + SIZE, "issued 1 in 0");
  }

  /** Kernels of two pointers: one reads the first and writes the second, one uses the second. */
  private static final String TEXT =
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
      .visible .entry move(.param .u64 move_0, .param .u64 move_1, .param .u64 move_2)
      {
      .reg .b32 %r<2>; .reg .b64 %rd<3>;
      ld.param.u64 %rd1, [move_0];
      ld.param.u64 %rd2, [move_2];
      ld.global.u32 %r1, [%rd1];
      st.global.u32 [%rd2+-4], %r1;
      ret;
      }
      .visible .entry third(.param .align 8 .b8 third_0[24])
      {
      .reg .b32 %r<2>; .reg .b64 %rd<4>;
      ld.param.u64 %rd1, [third_0];
      ld.param.u64 %rd2, [third_0+8];
      ld.param.u64 %rd3, [third_0+16];
      ld.global.u32 %r1, [%rd1];
      ld.global.u32 %r1, [%rd2];
      st.global.u32 [%rd3], %r1;
      ret;
      }
      """;

  private static final long MODULE = 23;

  private void load(String kernel) {
    launches.modules().loaded(MODULE, TEXT.getBytes(StandardCharsets.UTF_8));
    launches.modules().lookedUp(FUNCTION, MODULE, kernel);
  }

  @Test
  void aTextThatIsKnownTellsReadingFromWriting() {
    load("copy");
    launch(0, one, other);
    launch(0, other, one);
    launch(0, one, one);
    assertThat(told)
        .containsExactly(
            "scale 0 one READ " + SIZE,
            "scale 0 other WRITE " + SIZE,
            "issued 0 in 0",
            "scale 1 other READ " + SIZE,
            "scale 1 one WRITE " + SIZE,
            "issued 1 in 0",
            "scale 2 one READ_WRITE " + SIZE,
            "issued 2 in 0");
  }

  @Test
  void launchesOfTheSameAllocationsInOtherPlacesAreNotAlike() {
    load("move");
    launch(0, one, one, other);
    launch(0, one, other, other);
    launch(0, one, other, one);
    assertThat(told)
        .containsExactly(
            "scale 0 one READ " + SIZE,
            "scale 0 other WRITE " + SIZE,
            "issued 0 in 0",
            // As before: what is never accessed makes no difference.
            "scale 1 one READ " + SIZE,
            "scale 1 other WRITE " + SIZE,
            "issued 1 in 0",
            // The other is passed, and not accessed.
            "scale 2 one READ_WRITE " + SIZE,
            "issued 2 in 0");
  }

  @Test
  void theEndOfAnAllocationIsOfIt() {
    load("move");
    CUdeviceptr first = JcudaHandles.address(one) > JcudaHandles.address(other) ? other : one;
    CUdeviceptr last = first == one ? other : one;
    launch(0, first, first, last.withByteOffset(SIZE));
    assertThat(told.get(1)).startsWith("scale 0 " + (last == one ? "one" : "other") + " WRITE");
  }

  @Test
  void argumentsInOneBufferAreNotToldApart() {
    load("copy");
    Pointer buffer = Pointer.to(Pointer.to(one), Pointer.to(other));
    launches.kernel(FUNCTION, DIMENSIONS, 0, reader, null, buffer);
    assertThat(told)
        .containsExactly("scale 0 one UNKNOWN " + SIZE, "scale 0 other UNKNOWN " + SIZE);
  }

  @Test
  void aPointerThatIsMissingInAStructureTakesItsPlace() {
    load("third");
    launches.kernel(
        FUNCTION,
        DIMENSIONS,
        0,
        reader,
        Pointer.to(Pointer.to(new NativePointerObject[] {one, null, other})),
        null);
    assertThat(told).containsExactly("scale 0 one READ " + SIZE, "scale 0 other WRITE " + SIZE);
  }

  @Test
  void anArgumentTooManyIsNotKnown() {
    load("copy");
    launch(0, one, one, other);
    assertThat(told)
        .containsExactly(
            "scale 0 one READ_WRITE " + SIZE, "scale 0 other UNKNOWN " + SIZE, "issued 0 in 0");
  }

  @Test
  void nothingIsKnownOfAnotherModuleUnderTheSameHandle() {
    load("copy");
    launches.modules().unloaded(MODULE);
    launches.modules().lookedUp(FUNCTION, MODULE, "copy");
    launch(0, one);
    load("copy");
    launches.modules().loaded(MODULE, null);
    launches.modules().lookedUp(FUNCTION, MODULE, "copy");
    launch(0, one);
    load("copy");
    launches.modules().loaded(MODULE, new byte[] {0x7F, 'E', 'L', 'F'});
    launches.modules().lookedUp(FUNCTION, MODULE, "copy");
    launch(0, one);
    load("no such kernel");
    launch(0, one);
    assertThat(told)
        .filteredOn(line -> line.startsWith("scale"))
        .hasSize(4)
        .allMatch(line -> line.contains("UNKNOWN"));
  }

  @Test
  void kernelsOfAModuleThatIsGoneAreNotKnown() {
    load("copy");
    launches.modules().unloaded(MODULE);
    launch(0, one);
    assertThat(told).containsExactly("scale 0 one UNKNOWN " + SIZE, "issued 0 in 0");
  }

  @Test
  void textsThatWaitToBeReadAreBounded() {
    byte[] text = Arrays.copyOf(TEXT.getBytes(StandardCharsets.UTF_8), LoadedModules.MOST_BYTES);
    launches.modules().loaded(MODULE + 1, text);
    load("copy");
    launch(0, one, other);
    launches.modules().unloaded(MODULE + 1);
    load("copy");
    launch(0, one, other);
    assertThat(told)
        .containsExactly(
            "scale 0 one UNKNOWN " + SIZE,
            "scale 0 other UNKNOWN " + SIZE,
            "issued 0 in 0",
            "scale 1 one READ " + SIZE,
            "scale 1 other WRITE " + SIZE,
            "issued 1 in 0");
  }

  private static final long LINK = 5;
  private static final long IMAGE = 1 << 30;
  private static final int PTX = 1;
  private static final int CUBIN = 0;

  private void link(String... texts) {
    launches.modules().links().created(LINK);
    for (String text : texts) {
      launches.modules().links().added(LINK, PTX, text.getBytes(StandardCharsets.UTF_8));
    }
    launches.modules().links().completed(LINK, IMAGE);
  }

  private void loadLinked(long address) {
    launches.modules().loadedFrom(MODULE, address);
    launches.modules().lookedUp(FUNCTION, MODULE, "copy");
    told.clear();
    launch(0, one, other);
  }

  @Test
  void whatIsLinkedIsKnownByTheAddressOfItsImage() {
    link(TEXT);
    loadLinked(IMAGE);
    assertThat(told.getFirst()).endsWith("one READ " + SIZE);
    loadLinked(IMAGE + 1);
    assertThat(told.getFirst()).endsWith("one UNKNOWN " + SIZE);
    launches.modules().links().destroyed(LINK);
    loadLinked(IMAGE);
    assertThat(told.getFirst()).endsWith("one UNKNOWN " + SIZE);
  }

  @Test
  void whatAnotherInputMayReplaceIsNotKnown() {
    String weak = TEXT.replace(".visible", ".weak");
    link(weak);
    loadLinked(IMAGE);
    assertThat(told.getFirst()).as("there is no other").endsWith("one READ " + SIZE);
    launches.modules().links().added(LINK, CUBIN, new byte[1]);
    loadLinked(IMAGE);
    assertThat(told.getFirst()).endsWith("one UNKNOWN " + SIZE);
    link(TEXT, TEXT.replace("copy", "paste").replace("move", "push"));
    loadLinked(IMAGE);
    assertThat(told.getFirst()).as("no other may").endsWith("one READ " + SIZE);
    link(TEXT, TEXT);
    loadLinked(IMAGE);
    assertThat(told.getFirst()).as("which of the two?").endsWith("one UNKNOWN " + SIZE);
    link(
        TEXT.replace("ret;\n}\n.visible .entry move", "call f;\nret;\n}\n.visible .entry move")
            .replace(".address_size 64\n", ".address_size 64\n.weak .func f\n{\nret;\n}\n"),
        TEXT.replace("copy", "paste").replace("move", "push"));
    loadLinked(IMAGE);
    assertThat(told.getFirst()).as("what it calls may be replaced").endsWith("UNKNOWN " + SIZE);
  }

  @Test
  void optionsMaySayWhereVariablesAre() {
    assertThat(LoadedModules.placesVariables(2, new int[] {0, 17})).isTrue();
    assertThat(LoadedModules.placesVariables(1, new int[] {19})).isTrue();
    assertThat(LoadedModules.placesVariables(1, new int[] {7, 17})).isFalse();
    assertThat(LoadedModules.placesVariables(3, new int[] {16, 20})).isFalse();
    assertThat(LoadedModules.placesVariables(1, null)).isFalse();
  }
}
