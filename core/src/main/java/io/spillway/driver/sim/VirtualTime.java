package io.spillway.driver.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The host threads' virtual times, which of them is calling, and the lock that makes the model
 * single-threaded.
 *
 * <p>Java threads that are not inside {@link HostThread#execute} are all the thread {@code main}.
 */
final class VirtualTime {

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, HostThread> threads = new HashMap<>();
  private final HostThread main = new HostThread(this, "main");
  private final ThreadLocal<HostThread> current = ThreadLocal.withInitial(() -> main);

  VirtualTime() {
    threads.put(main.name(), main);
  }

  /** Runs {@code work} under the lock. */
  <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  /** The thread of that name, made at the caller's time if there is none yet. */
  HostThread thread(String name) {
    return locked(
        () ->
            threads.computeIfAbsent(
                name,
                wanted -> {
                  HostThread thread = new HostThread(this, wanted);
                  thread.time = now();
                  return thread;
                }));
  }

  /** A further thread, made at the caller's time, which no other has by its name. */
  HostThread newThread(String name) {
    return locked(
        () -> {
          HostThread thread = new HostThread(this, name);
          thread.time = now();
          return thread;
        });
  }

  /** The caller's time; under the lock. */
  long now() {
    return current.get().time;
  }

  /** Moves the caller's time on by {@code nanos}; under the lock. */
  void spend(long nanos) {
    current.get().time += nanos;
  }

  /** Moves the caller's time on to {@code time}, if that lies ahead; under the lock. */
  void waitUntil(long time) {
    HostThread thread = current.get();
    thread.time = Math.max(thread.time, time);
  }

  long timeOfCaller() {
    return timeOf(current.get());
  }

  long timeOf(HostThread thread) {
    return locked(() -> thread.time);
  }

  /** Runs {@code task} on this Java thread, as {@code thread}. */
  void runOn(HostThread thread, Runnable task) {
    HostThread caller = current.get();
    catchUp(thread, caller);
    current.set(thread);
    try {
      task.run();
    } finally {
      current.set(caller);
    }
  }

  /** Makes the caller wait for {@code thread}. */
  void join(HostThread thread) {
    catchUp(current.get(), thread);
  }

  private void catchUp(HostThread behind, HostThread ahead) {
    locked(() -> behind.time = Math.max(behind.time, ahead.time));
  }
}
