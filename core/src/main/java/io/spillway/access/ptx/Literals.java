package io.spillway.access.ptx;

/** Numbers as PTX writes them. */
final class Literals {

  /** In place of a number that does not fit: like an address, for all that is known. */
  private static final long HUGE = Long.MAX_VALUE;

  private Literals() {}

  /** The number at hand, its sign apart: integers as they are, floating point as its bits. */
  static long parse(Lexer lexer) {
    byte[] text = lexer.text();
    int from = lexer.start();
    int to = lexer.end();
    int radix = 10;
    if (text[from] == '0' && to - from > 1) {
      radix = 8;
      switch (text[from + 1]) {
        case 'x', 'X', 'f', 'F', 'd', 'D' -> {
          radix = 16;
          from += 2;
        }
        case 'b', 'B' -> {
          radix = 2;
          from += 2;
        }
        default -> from++;
      }
    }
    if (to > from && (text[to - 1] == 'U' || text[to - 1] == 'u')) {
      to--;
    }
    return digits(text, from, to, radix);
  }

  private static long digits(byte[] text, int from, int to, int radix) {
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(text[i], radix);
      if (digit < 0 || Long.numberOfLeadingZeros(number) < Integer.numberOfTrailingZeros(radix)) {
        return HUGE;
      }
      if (radix == 10 && number > (Long.MAX_VALUE - digit) / radix) {
        return HUGE;
      }
      number = number * radix + digit;
    }
    return number;
  }
}
