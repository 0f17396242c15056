package io.spillway.access.ptx;

import java.util.ArrayList;
import java.util.List;

/** What a call passes, and where its results go. */
final class CallArguments {

  private final List<Passed> arguments = new ArrayList<>();
  private final List<Passed> results = new ArrayList<>();

  /**
   * One of them.
   *
   * @param variable whether it is a variable that was filled before, or is read afterwards
   * @param index the variable's number, or the value
   */
  record Passed(boolean variable, int index) {}

  void addVariable(int variable, boolean result) {
    (result ? results : arguments).add(new Passed(true, variable));
  }

  void addValue(int value, boolean result) {
    (result ? results : arguments).add(new Passed(false, value));
  }

  List<Passed> arguments() {
    return arguments;
  }

  List<Passed> results() {
    return results;
  }
}
