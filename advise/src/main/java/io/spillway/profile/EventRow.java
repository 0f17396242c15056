package io.spillway.profile;

/**
 * How one event lies in an array of longs, so that events wait to be ordered without an object
 * each:
 *
 * <pre>
 * 0 time       what events are ordered by, in nanoseconds
 * 1 sequence   the launch
 * 2 address
 * 3 bytes      of faults the pages
 * 4 start      device time; of allocations the bytes asked for
 * 5 end        device time; of allocations the ordinal
 * 6 codes      type, then two enum constants of 8 bits each; from bit 32 an int
 * 7 names      two numbers of the names table; from bit 32 the second
 * </pre>
 */
final class EventRow {

  static final int LENGTH = 8;

  static final int TIME = 0;
  static final int SEQUENCE = 1;
  static final int ADDRESS = 2;
  static final int BYTES = 3;
  static final int START = 4;
  static final int END = 5;
  static final int CODES = 6;
  static final int NAMES = 7;

  static final int ALLOCATION = 1;
  static final int FREE = 2;
  static final int LAUNCH = 3;
  static final int ACCESS = 4;
  static final int KERNEL = 5;
  static final int FAULT = 6;
  static final int TRANSFER = 7;
  static final int CONTENTION = 8;
  static final int HINT = 9;
  static final int SESSION = 10;

  private EventRow() {}

  static long codes(int type, int first, int second, int number) {
    return type | (long) first << 8 | (long) second << 16 | (long) number << 32;
  }

  static int type(long codes) {
    return (int) codes & 0xFF;
  }

  static int first(long codes) {
    return (int) (codes >>> 8) & 0xFF;
  }

  static int second(long codes) {
    return (int) (codes >>> 16) & 0xFF;
  }

  static int number(long codes) {
    return (int) (codes >>> 32);
  }

  static long names(int first, int second) {
    return first | (long) second << 32;
  }

  static int firstName(long names) {
    return (int) names;
  }

  static int secondName(long names) {
    return (int) (names >>> 32);
  }
}
