package io.spillway.driver.stub;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.jcuda.JcudaHandles;
import java.lang.foreign.Arena;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stub refuses to touch what it did not give, as libcuda does, and does not crash. */
@Tag("stub")
final class StubCopiesTest {

  private static final int BYTES = 16;

  private StubCuda stub;

  @BeforeEach
  void openDevice() {
    stub = StubCuda.assumeFresh();
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, 0);
    JCudaDriver.cuCtxCreate(new CUcontext(), 0, device);
  }

  @AfterEach
  void reset() {
    stub.reset();
  }

  /** Null, one that no process maps, one in the middle, and one whose range wraps around. */
  @ParameterizedTest
  @ValueSource(longs = {0, 8, 1L << 46, -BYTES})
  void neitherCopiesNorFillsTouchWhatIsNotThere(long address) {
    CUdeviceptr unknown = JcudaHandles.pointer(address);
    CUdeviceptr known = new CUdeviceptr();
    JCudaDriver.cuMemAlloc(known, BYTES);
    Pointer host = Pointer.to(new byte[BYTES]);
    assertThat(
            new int[] {
              JCudaDriver.cuMemcpyHtoD(unknown, host, BYTES),
              JCudaDriver.cuMemcpyDtoH(host, unknown, BYTES),
              JCudaDriver.cuMemcpyDtoD(unknown, known, BYTES),
              JCudaDriver.cuMemcpyDtoD(known, unknown, BYTES),
              JCudaDriver.cuMemcpy(unknown, known, BYTES),
              JCudaDriver.cuMemcpy(known, unknown, BYTES),
              JCudaDriver.cuMemsetD8(unknown, (byte) 1, BYTES)
            })
        .containsOnly(CUresult.CUDA_ERROR_INVALID_VALUE);
  }

  @Test
  void whatTheHostHasIsNoDevicePointer() {
    try (Arena arena = Arena.ofConfined()) {
      CUdeviceptr ofHost = JcudaHandles.pointer(arena.allocate(BYTES).address());
      CUdeviceptr known = new CUdeviceptr();
      JCudaDriver.cuMemAlloc(known, BYTES);
      Pointer host = Pointer.to(new byte[BYTES]);
      assertThat(
              new int[] {
                JCudaDriver.cuMemcpyHtoD(ofHost, host, BYTES),
                JCudaDriver.cuMemcpyDtoH(host, ofHost, BYTES),
                JCudaDriver.cuMemcpyDtoD(ofHost, known, BYTES),
                JCudaDriver.cuMemsetD8(ofHost, (byte) 1, BYTES)
              })
          .containsOnly(CUresult.CUDA_ERROR_INVALID_VALUE);
      assertThat(JCudaDriver.cuMemcpy(ofHost, known, BYTES)).as("which knows both").isZero();
    }
  }
}
