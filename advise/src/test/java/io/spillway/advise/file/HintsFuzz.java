package io.spillway.advise.file;

import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Makes hints files and damages them. */
final class HintsFuzz {

  private static final byte[] WHOLE = whole().getBytes(StandardCharsets.UTF_8);

  /** What a damaged place may get: structure, digits, and what no text has. */
  private static final byte[] LIKELY =
      "{}[]\",:\\-+.eE0123456789 \n\t/u\0\u007f".getBytes(StandardCharsets.UTF_8);

  private HintsFuzz() {}

  /** Whether {@code bytes} are read, or refused with the one exception there is for it. */
  static boolean readOrRefused(byte[] bytes) {
    try {
      HintsFile.parse(bytes, "fuzz");
      return true;
    } catch (HintsFileException e) {
      return e.line() >= 1 && e.column() >= 1 && e.getMessage().startsWith("fuzz, line ");
    }
  }

  /** A file with one to eight places damaged, the same for the same seed. */
  static byte[] damaged(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    byte[] bytes = WHOLE.clone();
    for (int left = random.nextInt(1, 9); left > 0; left--) {
      bytes = damagedOnce(bytes, random);
    }
    return bytes;
  }

  private static byte[] damagedOnce(byte[] bytes, RandomGenerator random) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    int end = Math.min(bytes.length, at + random.nextInt(1, 64));
    return switch (random.nextInt(6)) {
      case 0 -> changed(bytes, at, (byte) random.nextInt());
      case 1 -> changed(bytes, at, LIKELY[random.nextInt(LIKELY.length)]);
      case 2 -> Arrays.copyOf(bytes, at);
      case 3 -> joined(bytes, at, Arrays.copyOfRange(bytes, end, bytes.length));
      case 4 -> joined(bytes, end, Arrays.copyOfRange(bytes, at, bytes.length));
      default ->
          joined(
              joined(bytes, at, new byte[] {LIKELY[random.nextInt(LIKELY.length)]}),
              at + 1,
              Arrays.copyOfRange(bytes, at, bytes.length));
    };
  }

  private static byte[] changed(byte[] bytes, int at, byte value) {
    byte[] copy = bytes.clone();
    copy[at] = value;
    return copy;
  }

  private static byte[] joined(byte[] front, int length, byte[] back) {
    byte[] both = Arrays.copyOf(front, length + back.length);
    System.arraycopy(back, 0, both, length, back.length);
    return both;
  }

  private static String whole() {
    SiteHint hint =
        new SiteHint(
            "zero-copy",
            Treatment.ZERO_COPY,
            "com.acme.Step.run:42#3, 8 MiB",
            "w\u00e9ights \ud83d\ude00",
            true,
            8 << 20,
            0,
            8 << 20,
            List.of("scan@com.acme.Step.run:50"),
            Basis.OBSERVED,
            "because",
            new Saving(1.25, -7, 1L << 40));
    return new HintsFile(
            new HintsFile.Recorded("NVIDIA H200", true, 1L << 32, List.of("cupti 13.0")),
            List.of(hint),
            List.of(hint))
        .text();
  }
}
