package io.spillway.allocate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A machine's {@code proc} and {@code sys} below a temporary directory.
 *
 * @param root stands for {@code /}
 */
record FakeHost(Path root) {

  static final String V2_MOUNT =
      "30 23 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

  static final String V1_MOUNT =
      """
      31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
      32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
      35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:15 - cgroup cgroup rw,memory
      """;

  FakeHost write(String path, String text) {
    try {
      Path file = root.resolve(path.substring(1));
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  FakeHost memory(long totalMib, long availableMib) {
    return write(
        "/proc/meminfo",
        "MemTotal:       %d kB\nMemFree:        1024 kB\nMemAvailable:   %d kB\nSwapFree: 99999999 kB\n"
            .formatted(totalMib * 1024, availableMib * 1024));
  }

  FakeHost unified(String group) {
    return write("/proc/self/mountinfo", V2_MOUNT).write("/proc/self/cgroup", "0::" + group + "\n");
  }

  HostMemoryGuard guard(HostReserve reserve) {
    return new HostMemoryGuard(root, reserve, Long.MAX_VALUE, () -> new PlatformMemory(-1, -1));
  }

  HostMemoryGuard guard() {
    return guard(HostReserve.ofBytes(0));
  }
}
