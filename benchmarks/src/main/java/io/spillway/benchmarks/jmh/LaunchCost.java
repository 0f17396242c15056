package io.spillway.benchmarks.jmh;

import com.sun.management.ThreadMXBean;
import io.spillway.dropin.Dropin;
import io.spillway.dropin.DropinSettings;
import io.spillway.dropin.SettingsSource;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import jcuda.Pointer;
import jcuda.driver.CUfunction;

/**
 * What it costs to tell a plugin of a launch, and to watch it for a lap, on a machine that others
 * use as well: {@link InterceptedLaunch} in processor time of the launching thread, not in time by
 * the clock, and in short rounds without any drop-in, with the plugin and with the watch by turns,
 * so that what slows one slows the others. Launches are in no order, so that there is no lap.
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

  /** Orders of the parameters: as many launches that differ. */
  private static final int ORDERS = 64;

  /** All managed, with a budget that holds half of it, so that launches are watched. */
  private static final String SETTINGS = "log=off,redirect=all,min-size=1,budget=8m,prefetch=";

  private static DropinSettings settings(String prefetch) {
    return SettingsSource.read(SETTINGS + prefetch, new Properties(), Map.of()).settings();
  }

  /** Prints two lines for each. */
  public static void main(String[] arguments) {
    int rounds = arguments.length == 0 ? USUAL_ROUNDS : Integer.parseInt(arguments[0]);
    Stub.start();
    double[] without = new double[rounds];
    double[] told = new double[rounds];
    double[] watched = new double[rounds];
    long toldBytes = Long.MAX_VALUE;
    long watchedBytes = Long.MAX_VALUE;
    for (int i = 0; i < rounds; i++) {
      Dropin.uninstall();
      without[i] = round().nanos();
      new CountingPlugin().install(settings("off"));
      Cost cost = round();
      told[i] = cost.nanos();
      toldBytes = Math.min(toldBytes, cost.bytes());
      Dropin.uninstall();
      Dropin.install(new Dropin(settings("on-lap"), true));
      cost = round();
      watched[i] = cost.nanos();
      watchedBytes = Math.min(watchedBytes, cost.bytes());
      if (!Dropin.listening()) {
        throw new IllegalStateException("not watched: is spillway-prefetch on the class path?");
      }
    }
    print("told to a plugin", without, told, toldBytes);
    print("watched", without, watched, watchedBytes);
  }

  private static Cost round() {
    CUfunction function = Stub.function();
    List<Pointer> parameters = Stub.pointers(ORDERS);
    for (Pointer each : parameters) {
      Stub.check(Stub.launch(function, each)); // which has the kernel's text read
    }
    Random random = new Random(LAUNCHES);
    Pointer[] order = new Pointer[LAUNCHES];
    Arrays.setAll(order, i -> parameters.get(random.nextInt(ORDERS)));
    long startNanos = THREADS.getCurrentThreadCpuTime();
    long startBytes = THREADS.getCurrentThreadAllocatedBytes();
    for (Pointer each : order) {
      Stub.check(Stub.launch(function, each));
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

  private static void print(String how, double[] without, double[] with, long garbageBytes) {
    line(how + ", least", least(without), least(with), garbageBytes);
    line(how + ", median", median(without), median(with), garbageBytes);
  }

  @SuppressWarnings("SystemOut") // A program's result.
  private static void line(String which, double without, double with, long garbageBytes) {
    System.out.printf(
        "%s: a launch takes %.0f ns, and so %.0f ns: %.0f ns more, %d B of garbage%n",
        which, without, with, with - without, garbageBytes);
  }
}
