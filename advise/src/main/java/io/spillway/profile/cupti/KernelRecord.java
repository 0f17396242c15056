package io.spillway.profile.cupti;

/**
 * {@code CUpti_ActivityKernel5} to {@code 10} as cupti_activity_deprecated.h and cupti_activity.h
 * of CUDA 13.0 Update 1 declare them: what they have in common, up to the name.
 *
 * <pre>
 *  0      16      24    32          40       44        48       52               92            96      104
 *  +------+-------+-----+-----------+--------+---------+--------+----------------+-------------+-------+------+ - -
 *  | kind | start | end | completed | device | context | stream | grid, block, ..| correlation | grid  | name |
 *  +------+-------+-----+-----------+--------+---------+--------+----------------+-------------+-------+------+ - -
 * </pre>
 */
final class KernelRecord {

  static final int START = 16;
  static final int END = 24;
  static final int STREAM = 48;
  static final int CORRELATION = 92;
  static final int NAME = 104;

  /** How far it is read. */
  static final int READ_BYTES = 112;

  private KernelRecord() {}
}
