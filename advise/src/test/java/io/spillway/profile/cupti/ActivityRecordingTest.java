package io.spillway.profile.cupti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The binding against a CUPTI that plays what the test says. */
class ActivityRecordingTest {

  private static final int ENABLE_COUNTERS = 25;
  private static final int ENABLE_KERNELS = 10;
  private static final int ENABLE_CORRELATION = 39;
  private static final int ENABLE_DRIVER = 4;

  private final List<Activity> seen = Collections.synchronizedList(new ArrayList<>());
  private StubCupti cupti;

  @BeforeEach
  void fresh() {
    cupti = StubCupti.assumeFresh();
  }

  private ActivityRecording start() {
    return ActivityRecording.start(
        Optional.of(StubCupti.library()), 13, seen::add, () -> {}, () -> {});
  }

  private ActivityRecording start(int bufferBytes, int mostBuffers) {
    return ActivityRecording.start(
        CuptiLibrary.load(Optional.of(StubCupti.library()), CuptiPlaces.ofProcess(), 13),
        new ActivityBuffers(bufferBytes, mostBuffers),
        seen::add,
        () -> {},
        () -> {});
  }

  @Test
  void everyFieldArrives() {
    try (ActivityRecording recording = start()) {
      assertThat(recording.tool()).isEqualTo("cupti 13.0 Update 1");
      assertThat(recording.missing()).isEmpty();
      recording.enter(4_000_000_000L);
      cupti.launch(17);
      recording.leave();
      cupti.launch(18);
      cupti.kernel(17, "saxpy", 1_000, 5_000, 7);
      cupti.gpuFault(0x7f00_0001_0000L, 3, 1_100, 1_200, 2);
      cupti.memory(1, 65_536, 0x7f00_0001_0000L, 1_150, 1_190, 0xFFFFFFFF, 0, 3);
      cupti.memory(2, 2 << 20, 0x7f00_0020_0000L, 1_300, 1_400, 0, 0xFFFFFFFF, 4);
      cupti.memory(3, 0x55aa, 0x7f00_0000_3000L, 6_000, 99, 0, 0, 1);
      cupti.memory(5, 4_096, 0x7f00_0000_4000L, 6_100, 99, 1, 0, 0);
      cupti.memory(6, 4_096, 0x7f00_0000_4000L, 6_200, 6_250, 0, 0, 0);
      cupti.memory(7, 8_192, 0x7f00_0000_8000L, 6_300, 99, 0, 0xFFFFFFFF, 2);
      cupti.memory(8, 4_096, 0x7f00_0000_9000L, 6_400, 6_500, 0, 1, 1);
    }
    assertThat(seen)
        .containsExactly(
            new CallActivity(17, 4_000_000_000L),
            new KernelActivity(17, "saxpy", 1_000, 5_000, 7),
            new MemoryActivity(
                MemoryCounter.GPU_FAULT, 3, 0x7f00_0001_0000L, 1_100, 1_200, 0, 0, 2),
            new MemoryActivity(
                MemoryCounter.TRANSFER_TO_DEVICE,
                65_536,
                0x7f00_0001_0000L,
                1_150,
                1_190,
                -1,
                0,
                3),
            new MemoryActivity(
                MemoryCounter.TRANSFER_TO_HOST, 2 << 20, 0x7f00_0020_0000L, 1_300, 1_400, 0, -1, 4),
            new MemoryActivity(
                MemoryCounter.CPU_FAULT, 0x55aa, 0x7f00_0000_3000L, 6_000, 6_000, 0, 0, 1),
            new MemoryActivity(
                MemoryCounter.THRASHING, 4_096, 0x7f00_0000_4000L, 6_100, 6_100, 1, 0, 0),
            new MemoryActivity(
                MemoryCounter.THROTTLING, 4_096, 0x7f00_0000_4000L, 6_200, 6_250, 0, 0, 0),
            new MemoryActivity(
                MemoryCounter.REMOTE_MAP, 8_192, 0x7f00_0000_8000L, 6_300, 6_300, 0, -1, 2),
            new MemoryActivity(
                MemoryCounter.TRANSFER_BETWEEN_DEVICES,
                4_096,
                0x7f00_0000_9000L,
                6_400,
                6_500,
                0,
                1,
                1));
  }

  @Test
  void olderVersionsHaveShorterRecords() {
    cupti.version(24);
    try (ActivityRecording recording = start()) {
      assertThat(recording.tool()).isEqualTo("cupti 12.6");
      for (int i = 0; i < 3; i++) {
        cupti.gpuFault(4_096L * i, 1, 10 + i, 20 + i, 1);
      }
    }
    assertThat(seen)
        .containsExactly(
            new MemoryActivity(MemoryCounter.GPU_FAULT, 1, 0, 10, 20, 0, 0, 1),
            new MemoryActivity(MemoryCounter.GPU_FAULT, 1, 4_096, 11, 21, 0, 0, 1),
            new MemoryActivity(MemoryCounter.GPU_FAULT, 1, 8_192, 12, 22, 0, 0, 1));
  }

  @Test
  void unknownVersionsAreRefused() {
    cupti.version(130100);
    assertThatThrownBy(this::start)
        .isInstanceOf(CuptiUnavailableException.class)
        .hasMessage(
            StubCupti.library()
                + " has API version 130100, whose records are not known here: name one of CUDA 11.0"
                + " to 13.0 with the option cupti");
    assertThat(cupti.enabled(ENABLE_COUNTERS)).isFalse();
  }

  @Test
  void aLibraryThatIsNotThereIsNamed() {
    assertThatThrownBy(
            () ->
                ActivityRecording.start(
                    Optional.of(Path.of("/nowhere/libcupti.so")),
                    13,
                    seen::add,
                    () -> {},
                    () -> {}))
        .isInstanceOf(CuptiUnavailableException.class)
        .hasMessage(
            "the library '/nowhere/libcupti.so' that the option cupti names cannot be loaded: name"
                + " a libcupti.so of CUDA 11.0 to 13.0");
  }

  @Test
  void buffersComeBackInAnyOrderFromThreadsTheJvmDoesNotKnow() {
    try (ActivityRecording recording = start()) {
      for (int buffer = 0; buffer < 4; buffer++) {
        cupti.gpuFault(buffer, 1, 2, 3, 1);
        cupti.split();
      }
      cupti.deliver();
      cupti.gpuFault(4, 1, 2, 3, 1); // a buffer that is not full
      assertThat(recording.losses()).isEqualTo(new ActivityRecording.Losses(0, 0, 0, 0, 0));
    }
    assertThat(seen)
        .extracting(activity -> ((MemoryActivity) activity).address())
        .containsExactly(3L, 2L, 1L, 0L, 4L);
  }

  @Test
  void fullBuffersAreUsedAgainAndWereCleared() {
    int records = 2_000;
    try (ActivityRecording recording = start(4_096, 64)) { // 39 records each
      for (int i = 0; i < records; i++) {
        cupti.gpuFault(i, 1, 2, 3, 1);
        if (i % 300 == 0) {
          cupti.deliver();
          awaitSeen(i / 39 * 39); // all but the buffer that is being filled
        }
      }
      assertThat(recording.losses().records()).isZero();
    }
    assertThat(seen).hasSize(records).doesNotHaveDuplicates();
    assertThat(cupti.dirtyBytes()).isZero();
  }

  private void awaitSeen(int records) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (seen.size() < records && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(seen.size()).isGreaterThanOrEqualTo(records);
  }

  @Test
  void withoutBuffersCuptiDropsAndCounts() {
    ActivityRecording recording = start(4_096, 2); // 78 records in all
    for (int i = 0; i < 100; i++) {
      cupti.gpuFault(i, 1, 2, 3, 1);
    }
    recording.close();
    assertThat(seen).hasSize(78);
    assertThat(recording.losses()).isEqualTo(new ActivityRecording.Losses(22, 22, 0, 0, 0));
    assertThat(recording.losses().records()).isEqualTo(22);
  }

  @Test
  void whatIsUnknownIsSteppedOverAndCounted() {
    ActivityRecording recording = start();
    cupti.marker();
    cupti.gpuFault(1, 1, 2, 3, 1);
    cupti.memory(9, 1, 2, 3, 4, 0, 0, 0);
    cupti.kernel(5, "untimed", 0, 0, 1);
    cupti.gpuFault(2, 1, 2, 3, 1);
    recording.close();
    assertThat(seen)
        .extracting(activity -> ((MemoryActivity) activity).address())
        .containsExactly(1L, 2L);
    assertThat(recording.losses()).isEqualTo(new ActivityRecording.Losses(0, 0, 0, 2, 1));
  }

  @Test
  void anUnfinishedRecordHidesTheRestOfItsBufferOnly() {
    ActivityRecording recording = start();
    cupti.gpuFault(1, 1, 2, 3, 1);
    cupti.unfinished();
    cupti.gpuFault(2, 1, 2, 3, 1);
    cupti.split();
    cupti.gpuFault(3, 1, 2, 3, 1);
    recording.close();
    assertThat(seen)
        .extracting(activity -> ((MemoryActivity) activity).address())
        .containsExactly(1L, 3L);
    assertThat(recording.losses()).isEqualTo(new ActivityRecording.Losses(0, 0, 1, 0, 0));
  }

  @Test
  void aRefusedCounterLeavesTheOthers() {
    cupti.refuse("cuptiActivityConfigureUnifiedMemoryCounter", 3, 28);
    ActivityRecording recording = start();
    assertThat(recording.missing())
        .containsExactly("CPU page faults: CUPTI_ERROR_UM_PROFILING_NOT_SUPPORTED");
    cupti.memory(3, 1, 2, 3, 4, 0, 0, 0);
    cupti.gpuFault(1, 1, 2, 3, 1);
    recording.close();
    assertThat(seen)
        .containsExactly(new MemoryActivity(MemoryCounter.GPU_FAULT, 1, 1, 2, 3, 0, 0, 1));
  }

  @Test
  void refusedKernelsLeaveTheFaults() {
    cupti.refuse("cuptiActivityEnable", ENABLE_KERNELS, StubCupti.INSUFFICIENT_PRIVILEGES);
    ActivityRecording recording = start();
    assertThat(recording.missing())
        .containsExactly("kernel runs: CUPTI_ERROR_INSUFFICIENT_PRIVILEGES");
    recording.enter(1);
    assertThat(cupti.pushed()).isZero();
    cupti.launch(1);
    recording.leave();
    cupti.kernel(1, "saxpy", 1, 2, 3);
    cupti.gpuFault(1, 1, 2, 3, 1);
    recording.close();
    assertThat(seen)
        .containsExactly(new MemoryActivity(MemoryCounter.GPU_FAULT, 1, 1, 2, 3, 0, 0, 1));
  }

  @Test
  void refusedFaultsLeaveTheKernels() {
    cupti.refuse("cuptiActivityEnable", ENABLE_COUNTERS, StubCupti.INSUFFICIENT_PRIVILEGES);
    ActivityRecording recording = start();
    assertThat(recording.missing())
        .containsExactly("page faults and transfers: CUPTI_ERROR_INSUFFICIENT_PRIVILEGES");
    cupti.gpuFault(1, 1, 2, 3, 1);
    cupti.kernel(1, "saxpy", 1, 2, 3);
    recording.close();
    assertThat(seen).containsExactly(new KernelActivity(1, "saxpy", 1, 2, 3));
  }

  @Test
  void refusedCorrelationLeavesKernelsAndFaults() {
    cupti.refuse("cuptiActivityEnable", ENABLE_CORRELATION, 999);
    ActivityRecording recording = start();
    assertThat(recording.missing())
        .containsExactly("which launch a kernel is: CUPTI_ERROR_UNKNOWN");
    recording.enter(1);
    cupti.launch(1);
    recording.leave();
    cupti.kernel(1, "saxpy", 1, 2, 3);
    recording.close();
    assertThat(seen).containsExactly(new KernelActivity(1, "saxpy", 1, 2, 3));
  }

  @Test
  void correlationsComeBesideTheRecordsOfCalls() {
    ActivityRecording recording = start();
    assertThat(recording.missing()).isEmpty();
    assertThat(cupti.enabled(ENABLE_DRIVER)).isTrue();
    recording.enter(9);
    cupti.launch(1);
    recording.leave();
    recording.close();
    assertThat(cupti.enabled(ENABLE_DRIVER)).isFalse();
    assertThat(seen).containsExactly(new CallActivity(1, 9));
  }

  @Test
  void whereEverythingIsRefusedThereIsNoRecording() {
    cupti.refuse("cuptiActivityEnable", -1, StubCupti.INSUFFICIENT_PRIVILEGES);
    assertThatThrownBy(this::start)
        .isInstanceOf(CuptiUnavailableException.class)
        .hasMessage(
            StubCupti.library()
                + " records nothing here: page faults and transfers:"
                + " CUPTI_ERROR_INSUFFICIENT_PRIVILEGES; kernel runs:"
                + " CUPTI_ERROR_INSUFFICIENT_PRIVILEGES");
  }

  @Test
  void closingTurnsEverythingOffAndFlushesOnceBeforeAndOnceAfter() {
    ActivityRecording recording = start();
    recording.close();
    recording.close();
    assertThat(cupti.flushes(true)).isEqualTo(2);
    for (int kind : List.of(ENABLE_COUNTERS, ENABLE_KERNELS, ENABLE_CORRELATION)) {
      assertThat(cupti.enabled(kind)).isFalse();
    }
    cupti.gpuFault(1, 1, 2, 3, 1);
    assertThat(seen).isEmpty();
  }

  @Test
  void whatIsCompleteArrivesWithoutClosing() {
    try (ActivityRecording recording = start()) {
      cupti.gpuFault(1, 1, 2, 3, 1);
      awaitSeen(1);
      assertThat(cupti.flushes(true)).isZero();
      assertThat(recording.readerNanos()).isPositive();
    }
  }

  @Test
  void oneRecordingAfterTheOther() {
    start().close();
    try (ActivityRecording second = start()) {
      cupti.timestamp(123_456);
      assertThat(second.nanoTime()).isEqualTo(123_456);
      cupti.gpuFault(1, 1, 2, 3, 1);
    }
    assertThat(seen).hasSize(1);
  }

  @Test
  void idleRunsOnTheReadingThread() {
    AtomicReference<String> thread = new AtomicReference<>();
    try (ActivityRecording recording =
        ActivityRecording.start(
            Optional.of(StubCupti.library()),
            13,
            seen::add,
            () -> thread.set(Thread.currentThread().getName()),
            () -> {})) {
      long deadline = System.nanoTime() + 10_000_000_000L;
      while (thread.get() == null && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
    }
    assertThat(thread.get()).isEqualTo("spillway-profile");
  }
}
