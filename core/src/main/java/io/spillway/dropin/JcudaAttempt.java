package io.spillway.dropin;

import io.spillway.driver.jcuda.JcudaHandles;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import jcuda.CudaException;
import jcuda.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * One call through JCuda's public methods, which return a number or, after {@code
 * setExceptionsEnabled(true)}, throw its name. Inside it is a number; {@link #report} gives the
 * program what JCuda gave.
 */
abstract sealed class JcudaAttempt implements NativeCalls permits DriverAttempt, RuntimeAttempt {

  /** Above the highest number either API has, 999. */
  private static final int CODES = 1000;

  private final Pointer pointer;
  private @Nullable Map<Integer, CudaException> thrown;

  JcudaAttempt(Pointer pointer) {
    this.pointer = pointer;
  }

  @Override
  public long address() {
    return JcudaHandles.address(pointer);
  }

  /** The number for a name JCuda threw. */
  abstract int code(String name);

  final int attempt(IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (CudaException e) {
      int status = code(String.valueOf(e.getMessage()));
      if (thrown == null) {
        thrown = new HashMap<>();
      }
      thrown.put(status, e);
      return status;
    }
  }

  /** Returns {@code status}, or throws it the way JCuda did. */
  final int report(int status) {
    CudaException said = thrown == null ? null : thrown.get(status);
    if (said != null) {
      throw said;
    }
    return status;
  }

  /** JCuda's names, by what it makes of each number. */
  static Map<String, Integer> codes(IntFunction<String> nameOf) {
    Map<String, Integer> codes = new HashMap<>();
    for (int code = 0; code < CODES; code++) {
      codes.putIfAbsent(nameOf.apply(code), code);
    }
    return codes;
  }

  /** The number of a name, also of one that JCuda only knows as a number. */
  static int code(Map<String, Integer> codes, String name) {
    Integer known = codes.get(name);
    if (known != null) {
      return known;
    }
    int colon = name.lastIndexOf(':');
    try {
      return Integer.parseInt(name.substring(colon + 1).strip());
    } catch (NumberFormatException e) {
      return CODES - 1;
    }
  }
}
