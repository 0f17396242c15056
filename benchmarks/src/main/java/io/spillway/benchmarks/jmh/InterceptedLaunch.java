package io.spillway.benchmarks.jmh;

import io.spillway.access.LaunchEvent;
import io.spillway.dropin.Dropin;
import io.spillway.dropin.DropinSettings;
import io.spillway.dropin.Launches;
import io.spillway.dropin.PointerReader;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.TimeUnit;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A launch with eight pointers as arguments: plain, and under the agent with and without a sink.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dspillway.log=off"})
public class InterceptedLaunch {

  private static final String AGENT = "-javaagent:samples/target/spillway.jar";
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
  private static final String QUIET = "-Dspillway.log=off";

  private static final String RECORDING = "-XX:StartFlightRecording=maxsize=100m,disk=false";
  private static final String JFR_QUIET = "-Xlog:jfr*=off";

  private static final LaunchEvent.Dimensions DIMENSIONS =
      new LaunchEvent.Dimensions(1, 1, 1, 256, 1, 1);

  private static final PointerReader READER = reader();

  private static PointerReader reader() {
    try {
      return PointerReader.of(MethodHandles.lookup());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("JCuda's pointers are not as known", e);
    }
  }

  private CUfunction function = new CUfunction();
  private Pointer parameters = new Pointer();

  /** Called by JMH. */
  public InterceptedLaunch() {}

  /** Starts the stub and makes the arguments. */
  @Setup
  public void start() {
    Stub.start();
    function = Stub.function();
    parameters = Stub.pointers();
  }

  private int launch() {
    return Stub.launch(function, parameters);
  }

  /** JCuda as it is. */
  @Benchmark
  public int plain() {
    return launch();
  }

  /** Intercepted, and nobody wants to know. */
  @Benchmark
  @Fork(
      value = 2,
      jvmArgsAppend = {NATIVE, QUIET, AGENT})
  public int nothingListening() {
    return launch();
  }

  /** A sink that counts. */
  @State(Scope.Benchmark)
  public static class Sink {
    private final CountingPlugin plugin = new CountingPlugin();

    /** Called by JMH. */
    public Sink() {}

    /** Takes the agent's place with a drop-in that has this sink. */
    @Setup
    public void install(InterceptedLaunch launch) {
      DropinSettings settings = Dropin.installed().orElseThrow().settings();
      Dropin.uninstall();
      plugin.install(settings);
      launch.parameters = Stub.pointers();
    }
  }

  /** Intercepted, every access told to a plugin. */
  @Benchmark
  @Fork(
      value = 2,
      jvmArgsAppend = {NATIVE, QUIET, AGENT})
  public long eventSink(Sink sink) {
    return launch() + sink.plugin.told();
  }

  /** Intercepted, every access told to a plugin and recorded by JFR. */
  @Benchmark
  @Fork(
      value = 2,
      jvmArgsAppend = {NATIVE, QUIET, AGENT, RECORDING, JFR_QUIET})
  public long eventSinkRecorded(Sink sink) {
    return launch() + sink.plugin.told();
  }

  /** Intercepted, every access recorded by JFR. */
  @Benchmark
  @Fork(
      value = 2,
      jvmArgsAppend = {NATIVE, QUIET, AGENT, RECORDING, JFR_QUIET})
  public int recorded() {
    return launch();
  }

  /** What the two add before the native call is made, without JCuda's own microseconds. */
  @Benchmark
  @Fork(
      value = 2,
      jvmArgsAppend = {NATIVE, QUIET, AGENT})
  public boolean nothingListeningAlone() {
    return Dropin.listening();
  }

  /** What telling a plugin adds, without JCuda's own microseconds. */
  @Benchmark
  @Fork(
      value = 2,
      jvmArgsAppend = {NATIVE, QUIET, AGENT})
  public long eventSinkAlone(Sink sink) {
    Dropin dropin = Dropin.published();
    if (dropin != null) {
      Launches launches = dropin.launches();
      Launches.Told told = launches.kernel(0, DIMENSIONS, 0, READER, parameters, null);
      if (told != null) {
        launches.issued(told);
      }
    }
    return sink.plugin.told();
  }
}
