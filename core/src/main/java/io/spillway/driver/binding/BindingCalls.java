package io.spillway.driver.binding;

import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.ContextScope;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What goes around a binding's calls in a context: refusing what CUDA would refuse or lacks, and
 * undoing what was created where the context cannot be left. Safe for use by any thread.
 */
public class BindingCalls {

  private final Capabilities capabilities;
  private final Supplier<ContextScope> context;

  /**
   * Around the calls in a context.
   *
   * @param context makes it current
   */
  public BindingCalls(Capabilities capabilities, Supplier<ContextScope> context) {
    this.capabilities = capabilities;
    this.context = context;
  }

  /** Creates something in the context; it is undone if the context cannot be left afterwards. */
  public final <T> T create(Supplier<T> creation, Consumer<T> undo) {
    @Nullable T created = null;
    try (var _ = context.get()) {
      created = creation.get();
      return created;
    } catch (DriverException e) {
      if (created != null) {
        try {
          undo.accept(created);
        } catch (DriverException alsoFailed) {
          e.addSuppressed(alsoFailed);
        }
      }
      throw e;
    }
  }

  /** Refuses a size that CUDA would. */
  public static void requireSize(String call, long bytes) {
    if (bytes <= 0) {
      throw DriverException.of(call, CudaStatus.INVALID_VALUE, 0, bytes);
    }
  }

  /** Refuses a call that the driver or the device lacks. */
  public final void require(Capability capability, String call, long address, long bytes) {
    if (!capabilities.has(capability)) {
      throw DriverException.of(call, CudaStatus.NOT_SUPPORTED, address, bytes);
    }
  }
}
