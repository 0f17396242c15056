package io.spillway.allocate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's text files, below a root that tests replace.
 *
 * @param root normally {@code /}
 */
record HostFiles(Path root) {

  /** The file's text, null if it is not there or not readable. */
  @Nullable String read(String absolutePath) {
    try {
      // Bytes, not readString: a stray byte in a path of mountinfo must not fail the reading.
      byte[] bytes = Files.readAllBytes(root.resolve(absolutePath.substring(1)));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException | SecurityException e) {
      return null;
    }
  }

  /** A file of one number, -1 if it is not there, -2 if it is no number; "max" is the most. */
  long readBytes(String absolutePath) {
    String text = read(absolutePath);
    return text == null ? -1 : parseBytes(text.strip());
  }

  /** The number after {@code key} in a file of such lines, -1 if there is none, -2 if malformed. */
  static long field(String text, String key) {
    for (String line : text.lines().toList()) {
      if (line.startsWith(key)) {
        List<String> words = List.of(line.split("[\\s:]+"));
        if (words.getFirst().equals(key)) {
          return words.size() > 1 ? parseBytes(words.get(1)) : -2;
        }
      }
    }
    return -1;
  }

  private static long parseBytes(String word) {
    if (word.equals("max")) {
      return Long.MAX_VALUE;
    }
    try {
      long value = Long.parseLong(word);
      return value < 0 ? -2 : value;
    } catch (NumberFormatException e) {
      return -2;
    }
  }
}
