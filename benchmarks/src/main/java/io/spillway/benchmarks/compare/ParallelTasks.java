package io.spillway.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs tasks on all processors and gives what comes of them in the tasks' order. */
public final class ParallelTasks {

  private ParallelTasks() {}

  /**
   * Runs them all and waits.
   *
   * @throws RuntimeException what a task throws
   */
  public static <T> List<T> run(List<Task<T>> tasks, Watcher watcher) {
    watcher.begin(tasks.size());
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("compare-", 0).daemon().factory());
    try {
      List<Future<List<T>>> futures = new ArrayList<>();
      for (Task<T> task : tasks) {
        futures.add(
            pool.submit(
                () -> {
                  List<T> parts = task.work().call();
                  watcher.done(task.title());
                  return parts;
                }));
      }
      List<T> all = new ArrayList<>();
      for (Future<List<T>> future : futures) {
        all.addAll(future.get());
      }
      return all;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while comparing");
    } finally {
      pool.shutdownNow();
      watcher.end();
    }
  }
}
