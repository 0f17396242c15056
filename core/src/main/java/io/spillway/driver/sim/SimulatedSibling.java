package io.spillway.driver.sim;

import io.spillway.driver.Advice;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * The simulated driver by another context: what it moves goes on beside the moves of others ({@link
 * MoveContexts}). Its memory is not counted.
 */
final class SimulatedSibling extends ForwardingDriver {

  private final SimulatedDriver driver;
  private final MoveContexts contexts;
  private final MoveContexts.MoveContext own;
  private boolean closed;

  /** Under the driver's lock. */
  SimulatedSibling(SimulatedDriver driver, MoveContexts contexts) {
    super(driver);
    this.driver = driver;
    this.contexts = contexts;
    own = contexts.open();
  }

  @Override
  public void advise(AddressRange range, Advice advice, Location location) {
    call("cuMemAdvise", () -> super.advise(range, advice, location));
  }

  @Override
  public void prefetch(AddressRange range, Location target, StreamHandle stream) {
    call("cuMemPrefetchAsync", () -> super.prefetch(range, target, stream));
  }

  @Override
  public void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    call("cuMemPrefetchBatchAsync", () -> super.prefetchBatch(ranges, target, stream));
  }

  @Override
  public void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    call(
        "cuMemDiscardAndPrefetchBatchAsync",
        () -> super.discardAndPrefetch(ranges, target, stream));
  }

  private void call(String name, Runnable call) {
    driver.locked(
        () -> {
          if (closed) {
            throw new DriverException(name, CudaStatus.INVALID_CONTEXT, 0, 0);
          }
          contexts.by(own, call);
        });
  }

  @Override
  public Optional<Executor> virtualThread(String name) {
    return driver.virtualThread(name);
  }

  /** {@inheritDoc} Leaves the driver open that it was opened from. */
  @Override
  public void close() {
    driver.locked(
        () -> {
          closed = true;
          contexts.close(own);
        });
  }
}
