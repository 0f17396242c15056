package io.spillway.benchmarks;

import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads oversubscription ratios on the command line: a footprint divided by a device budget. */
final class RatioOption implements ITypeConverter<Double> {

  /** From just too large to what hardly anything fits in. */
  static final List<Double> USUAL = List.of(1.1, 1.5, 2.0, 3.0, 5.0);

  /** For picocli. */
  RatioOption() {}

  @Override
  public Double convert(String value) {
    double ratio;
    try {
      ratio = Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'%s': not a number; give one as 1.5".formatted(value));
    }
    if (!(ratio > 0 && ratio < Double.POSITIVE_INFINITY)) {
      throw new TypeConversionException(
          "%s: a footprint divided by a budget is above 0 and finite; give one as 1.5"
              .formatted(value));
    }
    return ratio;
  }
}
