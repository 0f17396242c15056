package io.spillway.profile;

import io.spillway.profile.cupti.Activity;

/**
 * What CUPTI saw, and whose it was.
 *
 * @param activity what
 * @param sequence the launch's number, {@link #NOBODY} if it is not known or there is none
 */
record Attributed(Activity activity, long sequence) {

  /** No launch: the number of launches begins at 0. */
  static final long NOBODY = -1;
}
