package io.spillway.driver;

/** There is no usable CUDA driver here; the message says what is missing and what to do. */
public final class DriverUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Says what is missing and what to do. */
  public DriverUnavailableException(String message) {
    super(message);
  }

  /** Says what is missing and what to do, with the failure that showed it. */
  public DriverUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
