package io.spillway.driver.binding;

import io.spillway.driver.Advice;

/** The number that cuda.h 13.0 has for an advice. */
public final class AdviceNumber {

  private AdviceNumber() {}

  /** {@code CUmem_advise}. */
  public static int of(Advice advice) {
    return switch (advice) {
      case SET_READ_MOSTLY -> 1;
      case UNSET_READ_MOSTLY -> 2;
      case SET_PREFERRED_LOCATION -> 3;
      case UNSET_PREFERRED_LOCATION -> 4;
      case SET_ACCESSED_BY -> 5;
      case UNSET_ACCESSED_BY -> 6;
    };
  }
}
