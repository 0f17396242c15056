package io.spillway.driver.sim;

import static io.spillway.driver.sim.H200Experiment.GIB;
import static io.spillway.driver.sim.H200Experiment.MIB;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.range.AddressRange;

/**
 * The programs behind the table of docs/moving.md about stripes, run on the model of an H200: a
 * kernel that computes while a part of its data is on the host and accessed there. Milliseconds.
 */
final class StripesExperiment {

  private static final double NANOS_PER_MILLI = 1e6;
  private static final Location GPU = Location.device(0);

  private final H200Experiment card = new H200Experiment();

  /** One GiB is read, with the first part of it on the host. */
  double readFirst(double part, double computeMillis) {
    AddressRange range = resident(GIB);
    onHost(range.slice(0, (long) (part * GIB)));
    return kernel(computeMillis, Access.read(range));
  }

  /** One GiB is read, with the last part of it on the host. */
  double readLast(double part, double computeMillis) {
    AddressRange range = resident(GIB);
    long bytes = (long) (part * GIB);
    onHost(range.slice(GIB - bytes, bytes));
    return kernel(computeMillis, Access.read(range));
  }

  /** One GiB is read, with stripes of it on the host. */
  double readStriped(double part, long stripe, double computeMillis) {
    return kernel(computeMillis, Access.read(striped(GIB, part, stripe)));
  }

  /** 512 MiB are read and as much written, with stripes of both on the host. */
  double bothStriped(double read, double written, double computeMillis) {
    AddressRange in = striped(GIB / 2, read, 16 * MIB);
    AddressRange out = striped(GIB / 2, written, 16 * MIB);
    return kernel(computeMillis, Access.read(in), Access.write(out));
  }

  private AddressRange resident(long bytes) {
    AddressRange range = card.driver.allocateManaged(bytes);
    card.kernel(Access.write(range));
    return range;
  }

  private AddressRange striped(long bytes, double part, long stripe) {
    AddressRange range = resident(bytes);
    double due = 0;
    for (AddressRange each : H200Experiment.pieces(range, stripe)) {
      due += part;
      if (due >= 1) {
        due--;
        onHost(each);
      }
    }
    return range;
  }

  private void onHost(AddressRange range) {
    card.driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    card.driver.advise(range, Advice.SET_ACCESSED_BY, GPU);
    card.driver.prefetch(range, Location.HOST, card.stream);
  }

  private double kernel(double computeMillis, Access... accesses) {
    SimulatedKernel kernel =
        SimulatedKernel.of("stripes", accesses)
            .withComputeNanos(Math.round(computeMillis * NANOS_PER_MILLI));
    return card.nanos(() -> card.driver.launch(kernel, card.stream)) / NANOS_PER_MILLI;
  }
}
