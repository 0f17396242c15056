package io.spillway.driver;

import static io.spillway.driver.DriverUnderTest.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** That any thread may call, and finds its own CUDA context and capture mode as it left them. */
interface ThreadContract extends DriverUnderTest {

  /**
   * Access to the calling thread's context, where the driver has such a thing and the test can
   * tell; empty otherwise.
   */
  Optional<LibcudaCallerContext> callerContext();

  @Test
  default void anyThreadMayCallAtAnyTime() {
    onThreads(16, this::workOnItsOwnMemory);
  }

  private long workOnItsOwnMemory(int thread) {
    StreamHandle stream = driver().createStream();
    EventHandle event = driver().createEvent();
    AddressRange staging = driver().allocatePinned(MIB);
    for (int round = 0; round < 10; round++) {
      AddressRange range =
          has(Capability.MANAGED_MEMORY) && round % 2 == 0
              ? driver().allocateManaged(4 * MIB)
              : driver().allocateDevice(4 * MIB);
      byte value = (byte) (thread * 10 + round);
      driver().fill(range, value, stream);
      if (round % 2 == 0 && hasAll(Capability.PREFETCH, Capability.ADVISE)) {
        driver().advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
        driver().prefetch(range, device(), stream);
      }
      driver().copy(staging, range.address() + 3 * MIB, stream);
      driver().record(event, stream);
      driver().await(event);
      assertThat(sample(staging)).containsOnly((int) value);
      driver().free(range);
      assertThat(driver().memoryInfo().totalBytes()).isPositive();
    }
    driver().free(staging);
    driver().destroyEvent(event);
    driver().destroyStream(stream);
    return thread;
  }

  @Test
  default void oneThreadMayUseWhatAnotherMade() {
    List<AddressRange> ranges = onThreads(8, t -> driver().allocatePinned(MIB + t));
    List<StreamHandle> streams = onThreads(8, t -> driver().createStream());
    onThreads(
        8,
        t -> {
          driver().fill(ranges.get(t), (byte) t, streams.get(7 - t));
          driver().synchronize(streams.get(7 - t));
          return t;
        });
    for (int t = 0; t < 8; t++) {
      assertThat(sample(ranges.get(t))).containsOnly(t);
    }
    onThreads(
        8,
        t -> {
          driver().free(ranges.get(t));
          driver().destroyStream(streams.get(t));
          return t;
        });
  }

  @Test
  default void virtualThreadsMayCallToo() throws Exception {
    AddressRange range = driver().allocatePinned(8 * MIB);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      AddressRange part = range.slice(i * MIB, MIB);
      byte value = (byte) (i + 1);
      threads.add(
          Thread.ofVirtual()
              .name("contract-virtual-" + i)
              .start(() -> driver().fill(part, value, StreamHandle.DEFAULT)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    driver().synchronize(StreamHandle.DEFAULT);
    for (int i = 0; i < 8; i++) {
      assertThat(sample(range.slice(i * MIB, MIB))).containsOnly(i + 1);
    }
    driver().free(range);
  }

  @Test
  default void eachThreadHasACaptureModeOfItsOwn() throws Exception {
    CaptureMode before = driver().exchangeCaptureMode(CaptureMode.RELAXED);
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      assertThat(other.submit(() -> driver().exchangeCaptureMode(CaptureMode.THREAD_LOCAL)).get())
          .isEqualTo(CaptureMode.GLOBAL);
      assertThat(other.submit(() -> driver().exchangeCaptureMode(CaptureMode.GLOBAL)).get())
          .isEqualTo(CaptureMode.THREAD_LOCAL);
    } finally {
      assertThat(driver().exchangeCaptureMode(before)).isEqualTo(CaptureMode.RELAXED);
    }
    assertThat(before).isEqualTo(CaptureMode.GLOBAL);
  }

  @Test
  default void aThreadWithoutAContextHasNoneAfterwards() {
    LibcudaCallerContext context = assumeCallerContext();
    onThreads(
        1,
        t -> {
          assertThat(context.current()).isEmpty();
          DriverWalk.walk(driver());
          assertThat(context.current()).isEmpty();
          return t;
        });
  }

  @Test
  default void theCallersContextStaysCurrent() {
    LibcudaCallerContext context = assumeCallerContext();
    onThreads(
        1,
        t -> {
          long own = context.enterNew();
          DriverWalk.walk(driver());
          assertThat(context.current()).hasValue(own);
          refusal(() -> driver().free(NOWHERE));
          refusal(() -> driver().allocateDevice(0));
          assertThat(context.current()).hasValue(own);
          context.destroy(own);
          return t;
        });
  }

  private LibcudaCallerContext assumeCallerContext() {
    Optional<LibcudaCallerContext> context = callerContext();
    Assumptions.assumeTrue(
        context.isPresent(), "no way here to see the calling thread's CUDA context");
    return context.orElseThrow();
  }

  private static <T> List<T> onThreads(int count, IntFunction<T> work) {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().name("contract-", 0).daemon().factory())) {
      List<Callable<T>> calls = new ArrayList<>();
      for (int thread = 0; thread < count; thread++) {
        int number = thread;
        calls.add(() -> work.apply(number));
      }
      for (Future<T> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a thread failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
    return results;
  }
}
