package io.spillway.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs tasks on all processors and gives their rows in the tasks' order. */
final class ParallelTasks {

  private ParallelTasks() {}

  static List<Row> run(List<Task> tasks, Watcher watcher) {
    watcher.begin(tasks.size());
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("compare-", 0).daemon().factory());
    try {
      List<Future<List<Row>>> futures = new ArrayList<>();
      for (Task task : tasks) {
        futures.add(
            pool.submit(
                () -> {
                  List<Row> rows = task.work().call();
                  watcher.done(task.title());
                  return rows;
                }));
      }
      List<Row> rows = new ArrayList<>();
      for (Future<List<Row>> future : futures) {
        rows.addAll(future.get());
      }
      return rows;
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
