package io.spillway.benchmarks.jmh;

import com.sun.management.ThreadMXBean;
import io.spillway.dropin.Dropin;
import io.spillway.dropin.DropinSettings;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUfunction;

/**
 * What it costs to tell a plugin of a launch, on a machine that others use as well: {@link
 * InterceptedLaunch} in processor time of the launching thread, not in time by the clock, and in
 * short rounds without any drop-in and with the plugin by turns, so that what slows one slows the
 * other.
 *
 * <p>Runs under the agent on the stub driver; with {@code -XX:StartFlightRecording} every access is
 * recorded too. Takes the number of rounds, 200 if not given; the first half of them warms up.
 */
public final class LaunchCost {

  private static final int USUAL_ROUNDS = 200;

  /** Launches a round: some 20 ms, a few slices of the scheduler. */
  private static final int LAUNCHES = 4000;

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private LaunchCost() {}

  /** Time and garbage of a launch, the mean of a round. */
  private record Cost(double nanos, long bytes) {}

  /** Prints one line. */
  public static void main(String[] arguments) {
    int rounds = arguments.length == 0 ? USUAL_ROUNDS : Integer.parseInt(arguments[0]);
    Stub.start();
    DropinSettings settings = Dropin.installed().orElseThrow().settings();
    double[] without = new double[rounds];
    double[] with = new double[rounds];
    long garbageBytes = Long.MAX_VALUE;
    for (int i = 0; i < rounds; i++) {
      Dropin.uninstall();
      without[i] = round(Stub.function(), Stub.pointers()).nanos();
      new CountingPlugin().install(settings);
      Cost cost = round(Stub.function(), Stub.pointers());
      with[i] = cost.nanos();
      garbageBytes = Math.min(garbageBytes, cost.bytes());
    }
    print("least", least(without), least(with), garbageBytes);
    print("median", median(without), median(with), garbageBytes);
  }

  private static Cost round(CUfunction function, Pointer parameters) {
    Stub.check(Stub.launch(function, parameters)); // which has the kernel's text read
    long startNanos = THREADS.getCurrentThreadCpuTime();
    long startBytes = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < LAUNCHES; i++) {
      Stub.check(Stub.launch(function, parameters));
    }
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - startBytes;
    return new Cost(
        (double) (THREADS.getCurrentThreadCpuTime() - startNanos) / LAUNCHES, bytes / LAUNCHES);
  }

  private static double[] warm(double[] rounds) {
    double[] warm = Arrays.copyOfRange(rounds, rounds.length / 2, rounds.length);
    Arrays.sort(warm);
    return warm;
  }

  private static double least(double[] rounds) {
    return warm(rounds)[0];
  }

  private static double median(double[] rounds) {
    double[] warm = warm(rounds);
    return warm[warm.length / 2];
  }

  @SuppressWarnings("SystemOut") // A program's result.
  private static void print(String which, double without, double with, long garbageBytes) {
    System.out.printf(
        "%s: a launch takes %.0f ns, and %.0f ns told to a plugin: %.0f ns more, %d B of garbage%n",
        which, without, with, with - without, garbageBytes);
  }
}
