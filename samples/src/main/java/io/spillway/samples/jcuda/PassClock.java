package io.spillway.samples.jcuda;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventRecord;

import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUevent;

/**
 * Times passes by events in the default stream, so that the program need not wait between them. A
 * device that has nothing to do until the next launch comes is timed as well.
 */
final class PassClock implements AutoCloseable {

  private static final double MILLIS = 1e3;

  private final List<CUevent> marks = new ArrayList<>();

  /** The first pass begins here. */
  PassClock() {
    mark();
  }

  /** A pass ends here. */
  void mark() {
    CUevent event = new CUevent();
    cuEventCreate(event, 0);
    marks.add(event);
    cuEventRecord(event, null);
  }

  /** How long passes took; the device must be done with them. */
  PassTimes times() {
    List<Double> seconds = new ArrayList<>();
    float[] millis = new float[1];
    for (int i = 1; i < marks.size(); i++) {
      cuEventElapsedTime(millis, marks.get(i - 1), marks.get(i));
      seconds.add(millis[0] / MILLIS);
    }
    return PassTimes.of(seconds);
  }

  @Override
  public void close() {
    for (CUevent event : marks) {
      cuEventDestroy(event);
    }
  }
}
