package io.spillway.samples;

import io.spillway.range.ByteSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes on the command line. */
public final class ByteSizeOption implements ITypeConverter<ByteSize> {

  /** For picocli. */
  public ByteSizeOption() {}

  @Override
  public ByteSize convert(String value) {
    try {
      return ByteSize.parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
