package io.spillway.allocate;

import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of managed memory into this process, as {@code /proc/self/smaps} tells it.
 *
 * @param range where it is
 * @param residentBytes how much of it has host pages that the process sees ({@code Rss}), from 0 to
 *     the range's size
 */
record ManagedMapping(AddressRange range, long residentBytes) {

  /** The kernel's file, {@code proc_pid_smaps(5)}. */
  static final String FILE = "/proc/self/smaps";

  /** The first line of a mapping: addresses permissions offset device inode path. */
  private static final Pattern HEAD =
      Pattern.compile(
          "(?<start>\\p{XDigit}{1,16})-(?<end>\\p{XDigit}{1,16}) [-rwxsp]{4} .*?(?<path>/.*)?");

  private static final String UVM_DEVICE = "/dev/nvidia-uvm";
  private static final Pattern RESIDENT = Pattern.compile("Rss:\\s+(?<kib>\\d{1,15}) kB");

  /** The mappings of managed memory in {@code smaps}; what is malformed is left out. */
  static List<ManagedMapping> parse(String smaps) {
    List<ManagedMapping> found = new ArrayList<>();
    AddressRange range = null;
    for (String line : (Iterable<String>) smaps.lines()::iterator) {
      Matcher head = HEAD.matcher(line);
      if (head.matches()) {
        range = UVM_DEVICE.equals(head.group("path")) ? range(head) : null;
        continue;
      }
      Matcher resident = RESIDENT.matcher(line);
      if (range != null && resident.matches()) {
        long bytes = Long.parseLong(resident.group("kib")) * 1024;
        found.add(new ManagedMapping(range, Math.min(bytes, range.bytes())));
        range = null;
      }
    }
    return found;
  }

  private static @Nullable AddressRange range(Matcher head) {
    long start = Long.parseUnsignedLong(head.group("start"), 16);
    long end = Long.parseUnsignedLong(head.group("end"), 16);
    return start > 0 && end > start ? new AddressRange(start, end - start) : null;
  }
}
