package io.spillway.samples.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The PTX texts of the samples' kernels, which are compiled from the {@code .cu} files. */
public final class KernelTexts {

  private KernelTexts() {}

  /** The text in the file of that name beside this class. */
  public static String named(String name) {
    try (InputStream stream = KernelTexts.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(name + " is not beside " + KernelTexts.class.getName());
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
