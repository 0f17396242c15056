package io.spillway.profile.cupti;

/** CUPTI cannot be used here; the message says why and what to do about it. */
public final class CuptiUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  CuptiUnavailableException(String message) {
    super(message);
  }

  CuptiUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
