package io.spillway.samples.programs;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Some of what there is, by the names it is printed under. */
final class Choice {

  private Choice() {}

  /**
   * What the names stand for, in the order of {@code all}; all if there are none. Case does not
   * matter, and {@code -} is a space.
   *
   * @param option that has the names, for errors
   * @throws IllegalArgumentException if a name stands for nothing; the message says which there are
   */
  static <T> List<T> of(String option, List<String> names, List<T> all, Function<T, String> name) {
    List<String> asked = names.stream().map(Choice::plain).toList();
    List<String> known = all.stream().map(name).map(Choice::plain).toList();
    for (int i = 0; i < asked.size(); i++) {
      if (!known.contains(asked.get(i))) {
        throw new IllegalArgumentException(
            "%s %s: known are %s"
                .formatted(
                    option,
                    names.get(i),
                    all.stream().map(name).collect(Collectors.joining(", "))));
      }
    }
    return asked.isEmpty()
        ? all
        : all.stream().filter(each -> asked.contains(plain(name.apply(each)))).toList();
  }

  private static String plain(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replace('-', ' ');
  }
}
