package io.spillway.dropin;

import io.spillway.access.ptx.ParameterAccess;
import io.spillway.access.ptx.PtxModule;
import io.spillway.access.ptx.PtxProgram;
import io.spillway.driver.panama.CudaCaller;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What telling launches takes, before the first one: kernels that the program has looked up are
 * read now, and the driver's calls are linked. Where nothing was looked up yet, a made-up kernel is
 * read, so that only its text is new when one comes.
 */
final class LaunchRehearsal implements Runnable {

  /** Adds two vectors, as compilers write that. */
  private static final String KERNEL =
      """
      .version 7.0
      .target sm_70
      .address_size 64
      .visible .entry rehearsal(.param .u64 left, .param .u64 sum, .param .u32 count)
      {
        .reg .pred %p<2>;
        .reg .b32 %r<5>;
        .reg .f32 %f<4>;
        .reg .b64 %rd<8>;
        ld.param.u64 %rd1, [left];
        ld.param.u64 %rd2, [sum];
        ld.param.u32 %r1, [count];
        mov.u32 %r2, %ctaid.x;
        mov.u32 %r3, %tid.x;
        mad.lo.s32 %r4, %r2, 256, %r3;
        setp.ge.u32 %p1, %r4, %r1;
        @%p1 bra $END;
        cvta.to.global.u64 %rd3, %rd1;
        cvta.to.global.u64 %rd4, %rd2;
        mul.wide.u32 %rd5, %r4, 4;
        add.s64 %rd6, %rd3, %rd5;
        add.s64 %rd7, %rd4, %rd5;
        ld.global.f32 %f1, [%rd6];
        ld.global.f32 %f2, [%rd7];
        add.f32 %f3, %f1, %f2;
        st.global.f32 [%rd7], %f3;
      $END:
        ret;
      }
      """;

  private final LoadedModules modules;

  LaunchRehearsal(LoadedModules modules) {
    this.modules = modules;
  }

  @Override
  public void run() {
    if (!modules.readAhead()) {
      Optional<?> ignored = readMadeUp();
    }
    CudaCaller.linkCallsOfMoves();
  }

  /** What the made-up kernel does with its parameters. */
  static Optional<ParameterAccess[][]> readMadeUp() {
    PtxModule text = PtxModule.parse(KERNEL.getBytes(StandardCharsets.US_ASCII));
    return new PtxProgram(List.of(text), true).kernel("rehearsal").map(LoadedKernel::uses);
  }
}
