package io.spillway.driver.sim;

import java.util.concurrent.Executor;

/**
 * A host thread in virtual time: a mover "on its own thread", without a thread.
 *
 * <p>{@link #execute} runs the task at once on the calling Java thread, but driver calls made
 * inside take this thread's time, which first catches up with the caller's. The caller's own time
 * does not move: in virtual time it goes on while the task runs. Tasks given to one host thread
 * follow each other, as on a single-threaded executor. Nothing here starts or blocks a Java thread.
 */
public final class HostThread implements Executor {

  private final VirtualTime times;
  private final String name;

  /** Virtual nanoseconds; guarded by the driver's lock. */
  long time;

  HostThread(VirtualTime times, String name) {
    this.times = times;
    this.name = name;
  }

  /** The name it was made with. */
  public String name() {
    return name;
  }

  /** This thread's virtual time in nanoseconds: when it is done with what it was given. */
  public long nanoTime() {
    return times.timeOf(this);
  }

  /** Runs {@code task} here and now, on this thread's virtual time. */
  @Override
  public void execute(Runnable task) {
    times.runOn(this, task);
  }

  /** Makes the calling virtual thread wait until this one is done with what it was given. */
  public void join() {
    times.join(this);
  }

  @Override
  public String toString() {
    return "host thread " + name;
  }
}
