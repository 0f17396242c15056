package io.spillway.profile;

import java.io.IOException;

/**
 * A file is not a recording that can be read: the message names the file, the event and the field.
 */
public final class ProfileException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Says what is wrong and where. */
  public ProfileException(String message) {
    super(message);
  }

  /** Says what is wrong and where, and what showed it. */
  public ProfileException(String message, Throwable cause) {
    super(message, cause);
  }
}
