package io.spillway.access.ptx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The kernels of {@code src/test/cuda/ptx}: their answers, and what nvcc made of them. */
final class Corpus {

  static final List<String> TARGETS = List.of("compute_75", "compute_80", "compute_90");
  static final List<String> LEVELS = List.of("O3", "G");

  private static final Path SOURCES = Path.of("src", "test", "cuda", "ptx");
  private static final String ANSWER = "//=";
  private static final String ANYWHERE = "anywhere";

  private Corpus() {}

  /** What a kernel does with the memory behind an address. */
  enum Truth {
    NONE,
    READ,
    WRITE,
    BOTH,
    KEPT;

    /** Whether what is said of it holds. */
    boolean allows(ParameterAccess said) {
      return switch (said) {
        case NOT_ACCESSED -> this == NONE;
        case READ_ONLY -> this == NONE || this == READ;
        case WRITE_ONLY -> this == NONE || this == WRITE;
        case READ_WRITE -> this != KEPT;
        case UNKNOWN -> true;
      };
    }
  }

  /**
   * One address that a kernel gets.
   *
   * @param parameter position
   * @param within offset in it, in bytes
   */
  record Word(int parameter, int within, Truth truth) {}

  /**
   * A kernel's answer.
   *
   * @param anywhere whether it writes where no parameter points
   */
  record Answer(String file, String kernel, boolean anywhere, List<Word> words) {}

  /** Every answer, by file and kernel. */
  static List<Answer> answers() {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files
          .filter(file -> file.toString().endsWith(".cu"))
          .sorted()
          .flatMap(Corpus::answers)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Answer> answers(Path file) {
    String name = file.getFileName().toString().replace(".cu", "");
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(ANSWER))
          .map(line -> answer(name, line.substring(ANSWER.length()).strip()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer answer(String file, String line) {
    String[] parts = line.split(" ", -1);
    List<Word> words = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      if (!parts[i].equals(ANYWHERE)) {
        String[] place = parts[i].split("[+:]", -1);
        words.add(
            new Word(
                Integer.parseInt(place[0]),
                place.length == 3 ? Integer.parseInt(place[1]) : 0,
                Truth.valueOf(place[place.length - 1].toUpperCase(java.util.Locale.ROOT))));
      }
    }
    return new Answer(file, parts[0], line.contains(" " + ANYWHERE), words);
  }

  /** What nvcc made for a target at a level: texts by file. */
  static Map<String, byte[]> texts(String target, String level) {
    Map<String, byte[]> texts = new TreeMap<>();
    try (InputStream raw = Corpus.class.getResourceAsStream(target + ".zip");
        ZipInputStream zip = new ZipInputStream(java.util.Objects.requireNonNull(raw, target))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().startsWith(level + "/") && !entry.isDirectory()) {
          String file = entry.getName().substring(level.length() + 1).replace(".ptx", "");
          texts.put(file, zip.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }
}
