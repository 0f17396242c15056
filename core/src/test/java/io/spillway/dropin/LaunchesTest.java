package io.spillway.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.access.Launch;
import io.spillway.access.LaunchEvent;
import io.spillway.access.RangeAccess;
import io.spillway.driver.jcuda.JcudaHandles;
import io.spillway.driver.stub.StubCuda;
import io.spillway.range.AddressRange;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
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
    told.add("issued " + launch.ordinal() + " in " + launch.stream().value());
  }

  @Override
  public void freeing(AddressRange range) {
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
  void nothingIsToldInACapturedStream() {
    stub.set("streams_capturing", 1);
    launch(0, one);
    assertThat(told).isEmpty();
    stub.set("streams_capturing", 0);
    launch(0, one);
    assertThat(told).containsExactly("scale 1 one UNKNOWN " + SIZE, "issued 1 in 0");
  }
}
