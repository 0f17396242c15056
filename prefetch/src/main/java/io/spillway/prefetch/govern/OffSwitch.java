package io.spillway.prefetch.govern;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Whether something that moves data has been switched off, and why: the first reason stays, and is
 * logged. Safe for use by any thread.
 *
 * <p>A program that destroys its context before it ends its session is no failure: that is logged
 * without a stack trace.
 */
public final class OffSwitch {

  private final System.Logger log;
  private final String owner;
  private volatile @Nullable String reason;

  /**
   * Not switched off yet.
   *
   * @param owner what it is, for the log
   */
  public OffSwitch(Class<?> log, String owner) {
    this.log = System.getLogger(log.getName());
    this.owner = owner;
  }

  public boolean off() {
    return reason != null;
  }

  /** Why it is off; null if it is not. */
  public @Nullable String reason() {
    return reason;
  }

  /** It ends, as it should. */
  public synchronized void close() {
    if (reason == null) {
      reason = "closed";
    }
  }

  /**
   * A failure ends it.
   *
   * @return whether it was not off before
   */
  public synchronized boolean fail(RuntimeException e) {
    if (reason != null) {
      return false;
    }
    if (e instanceof DriverException failed && destroysContext(failed.status().code())) {
      reason = "the program's context is destroyed: " + e.getMessage();
      log.log(Level.INFO, "{0} switched off, since {1}", owner, reason);
    } else {
      reason = String.valueOf(e.getMessage());
      log.log(Level.WARNING, owner + " switched off; launches now fault", e);
    }
    return true;
  }

  private static boolean destroysContext(int code) {
    return code == CudaStatus.INVALID_CONTEXT.code()
        || code == CudaStatus.CONTEXT_IS_DESTROYED.code()
        || code == CudaStatus.DEINITIALIZED.code();
  }
}
