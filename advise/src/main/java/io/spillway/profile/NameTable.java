package io.spillway.profile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers for names that come again and again. */
final class NameTable {

  /** Names told apart; a program has as many as lines that launch, and kernels. */
  private static final int MOST_NAMES = 1 << 15;

  private static final String OTHERS = "(other names)";

  /** Slots for names seen lately, found by identity: JFR gives the same string again. */
  private static final int LATELY = 256;

  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final String[] lately = new String[LATELY];
  private final int[] latelyNumbers = new int[LATELY];

  /** The number of a name. */
  @SuppressWarnings("ReferenceEquality") // the same string, most of the time
  int number(String name) {
    int slot = name.hashCode() & (LATELY - 1);
    if (lately[slot] == name) {
      return latelyNumbers[slot];
    }
    Integer known = numbers.get(name);
    int number = known == null ? add(name) : known;
    lately[slot] = name;
    latelyNumbers[slot] = number;
    return number;
  }

  private int add(String name) {
    if (names.size() >= MOST_NAMES && !name.equals(OTHERS)) {
      return number(OTHERS);
    }
    names.add(name);
    numbers.put(name, names.size() - 1);
    return names.size() - 1;
  }

  String get(int number) {
    return names.get(number);
  }
}
