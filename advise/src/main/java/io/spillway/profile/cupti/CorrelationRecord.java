package io.spillway.profile.cupti;

/**
 * {@code CUpti_ActivityExternalCorrelation}, cupti_activity.h of CUDA 13.0 Update 1.
 *
 * <pre>
 *  0      4               8             16            20         24
 *  +------+---------------+-------------+-------------+----------+
 *  | kind | external kind | external id | correlation | reserved |
 *  +------+---------------+-------------+-------------+----------+
 * </pre>
 */
final class CorrelationRecord {

  static final int EXTERNAL_KIND = 4;
  static final int EXTERNAL_ID = 8;
  static final int CORRELATION = 16;
  static final int BYTES = 24;

  private CorrelationRecord() {}
}
