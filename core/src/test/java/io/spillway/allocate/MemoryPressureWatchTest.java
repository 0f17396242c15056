package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPressureWatchTest {

  @TempDir Path directory;
  private FakeHost host;
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void machine() {
    host = new FakeHost(directory).memory(65_536, 40_960).unified("/app/job");
  }

  private static String pressure(double some, double full) {
    return "some avg10=%s avg60=0.50 avg300=0.10 total=1234\nfull avg10=%s avg60=0.00 avg300=0.00 total=99\n"
        .formatted(some, full);
  }

  private MemoryPressureWatch watch(MemoryPressureWatch.Listener listener) {
    return new MemoryPressureWatch(
        directory,
        host.guard(HostReserve.STANDARD),
        MemoryPressureWatch.Thresholds.STANDARD,
        listener);
  }

  private MemoryPressureWatch watch() {
    return watch(
        new MemoryPressureWatch.Listener() {
          @Override
          public void raised(MemoryAlarm alarm) {
            told.add("raised " + alarm.cause() + " " + alarm.source());
          }

          @Override
          public void cleared(MemoryAlarm alarm) {
            told.add("cleared " + alarm.cause() + " " + alarm.source());
          }
        });
  }

  @Test
  void theKernelsTextIsRead() {
    assertEquals(
        Optional.of(
            new MemoryPressure(
                "f",
                new MemoryPressure.Stall(0.12, 0.5, 0.1, 1234),
                new MemoryPressure.Stall(0.01, 0, 0, 99))),
        MemoryPressure.parse("f", pressure(0.12, 0.01)));
    MemoryPressure someOnly =
        MemoryPressure.parse("f", "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n").orElseThrow();
    assertEquals(MemoryPressure.Stall.NONE, someOnly.full());
    assertEquals("f: some 1.00%, full 0.00%", someOnly.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "some",
        "full avg10=0 avg60=0 avg300=0 total=0",
        "some avg10=x avg60=0 avg300=0 total=0",
        "some avg60=0 avg10=0 avg300=0 total=0",
        "other avg10=0 avg60=0 avg300=0 total=0",
        "some avg10=0 avg60=0 avg300=0 total=",
      })
  void malformedTextIsNone(String text) {
    assertEquals(Optional.empty(), MemoryPressure.parse("f", text));
  }

  @Test
  void eachCrossingIsReportedOnce() {
    MemoryPressureWatch watch = watch();
    host.write("/proc/pressure/memory", pressure(1, 0));
    assertEquals(List.of(), watch.poll());
    host.write("/proc/pressure/memory", pressure(15, 0));
    assertEquals(
        List.of(
            new MemoryAlarm(
                MemoryAlarm.Cause.SOME_STALL,
                "/proc/pressure/memory",
                "some tasks waited for memory in 15.00% of the last 10 s by /proc/pressure/memory"
                    + " (threshold 15.00%)")),
        watch.poll());
    assertEquals(List.of(), watch.poll());
    host.write("/proc/pressure/memory", pressure(8, 6));
    assertEquals(1, watch.poll().size());
    host.write("/proc/pressure/memory", pressure(16, 3));
    assertEquals(List.of(), watch.poll());
    host.write("/proc/pressure/memory", pressure(7, 0));
    watch.poll();
    host.write("/proc/pressure/memory", pressure(20, 0));
    watch.poll();
    assertEquals(
        List.of(
            "raised SOME_STALL /proc/pressure/memory",
            "raised FULL_STALL /proc/pressure/memory",
            "cleared SOME_STALL /proc/pressure/memory",
            "cleared FULL_STALL /proc/pressure/memory",
            "raised SOME_STALL /proc/pressure/memory"),
        told);
  }

  @Test
  void theInnermostCgroupWithPressureIsWatched() {
    host.write("/proc/pressure/memory", pressure(0, 0))
        .write("/sys/fs/cgroup/app/memory.pressure", pressure(50, 40))
        .write("/sys/fs/cgroup/memory.pressure", pressure(60, 50));
    MemoryPressureWatch watch = watch();
    watch.poll();
    assertEquals(
        List.of(
            "raised SOME_STALL /sys/fs/cgroup/app/memory.pressure",
            "raised FULL_STALL /sys/fs/cgroup/app/memory.pressure"),
        told);
    // The process is moved away: those figures concern it no more.
    host.write("/proc/self/cgroup", "0::/elsewhere\n")
        .write("/sys/fs/cgroup/memory.pressure", pressure(0, 0));
    watch.poll();
    assertEquals(4, told.size());
    assertTrue(told.get(2).startsWith("cleared") && told.get(3).startsWith("cleared"));
  }

  @Test
  void availableMemoryBelowTheReserveIsReported() {
    MemoryPressureWatch watch = watch();
    host.memory(65_536, 4_000);
    assertEquals(
        List.of(
            new MemoryAlarm(
                MemoryAlarm.Cause.RESERVE_REACHED,
                "MemAvailable in /proc/meminfo",
                "3.9 GiB of host memory is available by MemAvailable in /proc/meminfo, less than"
                    + " the reserve of 4 GiB")),
        watch.poll());
    host.memory(65_536, 5_000); // Not a quarter above the reserve yet.
    watch.poll();
    assertEquals(1, told.size());
    host.memory(65_536, 5_200);
    watch.poll();
    assertEquals("cleared RESERVE_REACHED MemAvailable in /proc/meminfo", told.getLast());
  }

  @Test
  void aKernelWithoutPressureFiguresIsSaid() {
    assertEquals(
        Optional.of(
            "no readable /proc/pressure/memory: the kernel is older than 4.20, built without"
                + " CONFIG_PSI or started with psi=0"),
        watch().whyNoPressure());
    host.write("/proc/pressure/memory", pressure(0, 0));
    assertEquals(Optional.empty(), watch().whyNoPressure());
  }

  @Test
  void itPollsItselfOnANamedThreadAndSurvivesItsListener() throws Exception {
    host.write("/proc/pressure/memory", pressure(50, 50));
    BlockingQueue<String> threads = new LinkedBlockingQueue<>();
    MemoryPressureWatch watch =
        watch(
            alarm -> {
              threads.add(Thread.currentThread().getName() + Thread.currentThread().isDaemon());
              throw new IllegalStateException("the listener's own fault");
            });
    try (MemoryPressureWatch.Running _ = watch.start(Duration.ofMillis(1))) {
      // The second alarm comes of a second round: the first ended with the listener's exception.
      for (int i = 0; i < 2; i++) {
        assertEquals("spillway-memory-pressuretrue", threads.poll(30, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void thresholdsAreChecked() {
    assertEquals(
        "pressure thresholds 0.0% and 5.0%: must be above 0 and at most 100",
        assertThrows(IllegalArgumentException.class, () -> new MemoryPressureWatch.Thresholds(0, 5))
            .getMessage());
  }
}
