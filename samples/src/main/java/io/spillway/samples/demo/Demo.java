package io.spillway.samples.demo;

import io.spillway.allocate.AllocationException;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.ManagedMemoryLimitException;
import io.spillway.driver.NanoClock;
import io.spillway.samples.device.Machine;
import io.spillway.samples.device.Traffic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Runs one job in several ways and measures each.
 *
 * <p>Every row starts from a freshly opened device, runs passes that are not timed and then the
 * job's timed ones, each waited for; its result is compared with the host's.
 */
public final class Demo {

  private final Job job;
  private final Supplier<Machine> machines;
  private final List<Row> rows;
  private final Progress progress;
  private final Guidance guidance;

  /**
   * Prepares the comparison of ways that are given nothing beside the job.
   *
   * @param machines opens the device anew for each row
   * @param rows what to run, in order; the bound comes first in any case
   */
  public Demo(Job job, Supplier<Machine> machines, List<Row> rows, Progress progress) {
    this(job, machines, rows, progress, Guidance.NONE);
  }

  /**
   * Prepares the comparison.
   *
   * @param machines opens the device anew for each row
   * @param rows what to run, in order; the bound comes first in any case
   * @param guidance what ways that take any are given
   */
  public Demo(
      Job job, Supplier<Machine> machines, List<Row> rows, Progress progress, Guidance guidance) {
    this.job = job;
    this.machines = machines;
    this.rows = List.copyOf(rows);
    this.progress = progress;
    this.guidance = guidance;
  }

  /** Runs all rows. */
  public DemoReport run() {
    List<RowResult> results = new ArrayList<>();
    int earlierRuns = (int) rows.stream().filter(Row::followsAnEarlierRun).count();
    progress.begin(1 + earlierRuns + rows.size() * (job.warmUps() + job.passes() + 1));
    DeviceInfo device;
    boolean contents;
    Optional<Reference> reference;
    Bound bound;
    try (Machine machine = machines.get()) {
      device = machine.driver().device();
      contents = machine.holdsContents();
      progress.step("reference on the host, and the bound");
      reference = contents ? Optional.of(Reference.of(job)) : Optional.empty();
      bound = Bound.measure(machine, job, reference);
    }
    results.add(bound.row());
    for (Row row : rows) {
      results.add(run(row, reference));
    }
    progress.end();
    return new DemoReport(device, job, contents, bound.seconds(), results);
  }

  private RowResult run(Row row, Optional<Reference> reference) {
    Guidance given = guidanceOf(row);
    if (row.followsAnEarlierRun()) {
      progress.step(row.label() + ": an earlier run");
      try (Machine machine = machines.get()) {
        given = given.after(EarlierRun.record(machine, job));
      } catch (IOException
          | AllocationException
          | ManagedMemoryLimitException
          | DriverException e) {
        return notRun(row, "an earlier run could not be recorded: " + e.getMessage());
      }
    }
    return run(row, given, reference);
  }

  private RowResult run(Row row, Guidance given, Optional<Reference> reference) {
    progress.step(row.label() + ": writing weights");
    try (Machine machine = machines.get();
        Run run = new Run(machine, job, given)) {
      Optional<String> whyNot = row.whyNot(run.setting());
      if (whyNot.isPresent()) {
        return notRun(row, whyNot.get());
      }
      try (Way way = row.open(run.setting())) {
        return measured(row, run, way, reference);
      }
    } catch (AllocationException | ManagedMemoryLimitException e) {
      return notRun(row, String.valueOf(e.getMessage()));
    } catch (DriverException e) {
      return new RowResult(
          row.label(),
          row.description(),
          Optional.empty(),
          Optional.of(false),
          "failed: " + e.getMessage());
    }
  }

  private RowResult measured(Row row, Run run, Way way, Optional<Reference> reference) {
    Machine machine = run.setting().machine();
    NanoClock clock = machine.driver().clock();
    long firstNanos = 0;
    for (int pass = 0; pass < job.warmUps(); pass++) {
      progress.step(row.label() + ": warm-up");
      long start = clock.nanoTime();
      run.pass(way);
      firstNanos = pass == 0 ? clock.nanoTime() - start : firstNanos;
    }
    Traffic before = machine.traffic().orElseGet(way::traffic);
    long nanos = 0;
    for (int pass = 0; pass < job.passes(); pass++) {
      progress.step("%s: pass %d of %d".formatted(row.label(), pass + 1, job.passes()));
      long start = clock.nanoTime();
      run.pass(way);
      nanos += clock.nanoTime() - start;
    }
    Traffic moved = machine.traffic().orElseGet(way::traffic).since(before);
    return new RowResult(
        row.label(),
        row.description() + guidanceOf(row).remark(),
        Optional.of(
            new RowResult.Figures(
                firstNanos / 1e9,
                nanos / 1e9 / job.passes(),
                new Traffic(moved.bytesIn() / job.passes(), moved.bytesOut() / job.passes()),
                machine.traffic().isPresent() ? "the simulator's counters" : way.trafficSource())),
        reference.map(
            expected ->
                Arrays.equals(
                    run.activations(),
                    expected.activations(job.layers(), job.warmUps() + job.passes()))),
        "");
  }

  private Guidance guidanceOf(Row row) {
    return row.takesGuidance() ? guidance : guidance.withoutFiles();
  }

  private RowResult notRun(Row row, String reason) {
    progress.skip(job.warmUps() + job.passes());
    return new RowResult(
        row.label(), row.description(), Optional.empty(), Optional.empty(), "not run: " + reason);
  }
}
