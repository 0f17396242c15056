package io.spillway.allocate;

import java.lang.management.ManagementFactory;

/**
 * What the Java platform knows of the machine's memory, for machines without {@code /proc}.
 *
 * @param totalBytes the machine's memory, -1 if unknown
 * @param freeBytes its free part, -1 if unknown
 */
record PlatformMemory(long totalBytes, long freeBytes) {

  /** Reads it; unknown where the runtime has no {@code jdk.management} module. */
  static PlatformMemory read() {
    try {
      return Extended.read();
    } catch (NoClassDefFoundError e) {
      return new PlatformMemory(-1, -1);
    }
  }

  /** Apart, so that only its use needs the optional module. */
  private static final class Extended {
    static PlatformMemory read() {
      return ManagementFactory.getOperatingSystemMXBean()
              instanceof com.sun.management.OperatingSystemMXBean system
          ? new PlatformMemory(system.getTotalMemorySize(), system.getFreeMemorySize())
          : new PlatformMemory(-1, -1);
    }
  }
}
