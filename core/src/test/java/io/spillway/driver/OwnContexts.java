package io.spillway.driver;

import io.spillway.range.AddressRange;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A driver whose siblings each have a context of their own, as libcuda's have: a test says how many
 * can be opened, and sees or refuses what they move.
 */
public final class OwnContexts extends ForwardingDriver {

  /** What becomes of a sibling's prefetch, on the thread that calls it. */
  @FunctionalInterface
  public interface Moves {

    /** Runs {@code move} once, or throws what the driver is to refuse it with. */
    void prefetch(AddressRange range, Location target, Runnable move);
  }

  private final boolean realThreads;
  private final Moves moves;
  private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  private OwnContexts(UnifiedMemoryDriver upstream, boolean realThreads, Moves moves) {
    super(upstream);
    this.realThreads = realThreads;
    this.moves = moves;
  }

  /** Threads are those of {@code upstream}. */
  public static OwnContexts of(UnifiedMemoryDriver upstream, Moves moves) {
    return new OwnContexts(upstream, false, moves);
  }

  /** Threads are real, also where {@code upstream} has virtual ones. */
  public static OwnContexts withRealThreads(UnifiedMemoryDriver upstream, Moves moves) {
    return new OwnContexts(upstream, true, moves);
  }

  /** From now on {@code contexts} more can be opened, then memory has run out. */
  public void allow(int contexts) {
    left.set(contexts);
  }

  /** How many contexts were opened so far. */
  public int opened() {
    return opened.get();
  }

  /** How many contexts are open. */
  public int open() {
    return opened.get() - closed.get();
  }

  /** A refusal to move {@code range}. */
  public static DriverException refusal(AddressRange range) {
    return DriverException.of(
        "cuMemPrefetchAsync", CudaStatus.NOT_SUPPORTED, range.address(), range.bytes());
  }

  @Override
  public Optional<Executor> virtualThread(String name) {
    return realThreads ? Optional.empty() : super.virtualThread(name);
  }

  @Override
  public UnifiedMemoryDriver openSibling() {
    if (left.getAndDecrement() <= 0) {
      throw DriverException.of("cuCtxCreate", CudaStatus.OUT_OF_MEMORY, 0, 0);
    }
    UnifiedMemoryDriver sibling = super.openSibling();
    opened.incrementAndGet();
    return SiblingDriver.owning(
        new ForwardingDriver(sibling) {
          @Override
          public Optional<Executor> virtualThread(String name) {
            return realThreads ? Optional.empty() : super.virtualThread(name);
          }

          @Override
          public void prefetch(AddressRange range, Location target, StreamHandle stream) {
            moves.prefetch(range, target, () -> super.prefetch(range, target, stream));
          }

          @Override
          public void close() {
            super.close();
            closed.incrementAndGet();
          }
        });
  }
}
