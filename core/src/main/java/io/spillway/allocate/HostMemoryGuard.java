package io.spillway.allocate;

import io.spillway.range.ByteSize;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Promises host memory, and refuses what the host could not hold.
 *
 * <p>CUDA grants managed memory far beyond what host and device have, and finds out only when pages
 * are touched; managed host pages cannot be swapped, so finding out means the kernel kills
 * somebody. Hence every managed allocation is promised its whole size here first, as all of it may
 * have to leave the device.
 *
 * <p><b>What may still be promised</b> is what the host has available now (the lowest of {@code
 * MemAvailable} and every enclosing cgroup's limits minus usage, read anew each time), minus what
 * is promised, minus a {@linkplain HostReserve reserve}.
 *
 * <p><b>Promises are subtracted in full until settled or released</b>, although pages touched since
 * are missing from the available memory too ({@code MemAvailable} does not count them: they are
 * kernel memory in use) and so count twice. The guard cannot tell pages of managed memory from what
 * other processes took in the same time, and crediting the difference would promise the same bytes
 * to two. Whoever knows that pages are there to stay says so by {@link
 * HostMemoryReservation#settle}. An {@link Allocator} does before it lets a promise be refused,
 * from {@code /proc/self/smaps}: each managed allocation is a mapping of {@code /dev/nvidia-uvm} of
 * its own, whose {@code Rss} is exactly what the host populated of it, also while the data is
 * duplicated on the device as read-mostly (measured on an H200, driver 580).
 *
 * <p>What it costs then: pages count twice where {@code smaps} does not show them, which is on
 * other systems than Linux, for pages that moved to the device and so left the host's page tables,
 * for pinned memory, and for the allocations of other sessions that share this guard. A program all
 * of whose memory is of those kinds is refused at about half the host's memory.
 *
 * <p>Safe for use by any thread.
 */
public final class HostMemoryGuard {

  private final HostFiles files;
  private final HostMemory host;
  private final HostReserve reserve;
  private final long mostBytes;
  private final Set<String> notesSaid = new HashSet<>();
  private long promisedBytes;
  private long settledBytes;

  /**
   * The one guard over this machine that everybody in this process shares, with the {@linkplain
   * HostReserve#STANDARD standard} reserve. The only state that sessions share: the machine is one,
   * and what one session is promised no other may be.
   */
  public static HostMemoryGuard ofThisMachine() {
    return ThisMachine.GUARD;
  }

  /** Apart, so that the machine is read when it is first asked for. */
  private static final class ThisMachine {
    static final HostMemoryGuard GUARD = new HostMemoryGuard();
  }

  /**
   * Guards this machine, with the {@linkplain HostReserve#STANDARD standard} reserve. It knows of
   * its own promises only: programs take {@link #ofThisMachine}.
   */
  public HostMemoryGuard() {
    this(HostReserve.STANDARD);
  }

  /** Guards this machine. */
  public HostMemoryGuard(HostReserve reserve) {
    this(Path.of("/"), reserve, Long.MAX_VALUE);
  }

  /**
   * Guards the machine whose {@code proc} and {@code sys} lie below a root.
   *
   * @param root normally {@code /}; the mount points in its files are taken as below it
   * @param reserve what is never promised
   * @param mostBytes the most to promise in all whatever the machine says, or {@link
   *     Long#MAX_VALUE}; where the machine says nothing, this alone decides
   */
  public HostMemoryGuard(Path root, HostReserve reserve, long mostBytes) {
    this(root, reserve, mostBytes, PlatformMemory::read);
  }

  /** Promises up to {@code bytes} in all, and asks no machine: where memory is simulated. */
  public static HostMemoryGuard ofBytes(long bytes) {
    return new HostMemoryGuard(
        Path.of("/nonexistent"),
        HostReserve.ofBytes(0),
        bytes,
        () -> new PlatformMemory(bytes, bytes));
  }

  HostMemoryGuard(
      Path root, HostReserve reserve, long mostBytes, Supplier<PlatformMemory> platform) {
    if (mostBytes < 0) {
      throw new IllegalArgumentException(
          "most host memory " + mostBytes + ": must not be negative");
    }
    this.files = new HostFiles(root);
    this.host = new HostMemory(files, platform);
    this.reserve = reserve;
    this.mostBytes = mostBytes;
  }

  /** What the host says now, not counting promises. Reads a dozen small files. */
  public HostMemoryReading read() {
    HostMemoryReading reading = host.read();
    synchronized (this) {
      for (String note : reading.notes()) {
        if (notesSaid.add(note)) {
          log().log(Level.WARNING, "host memory: {0}", note);
        }
      }
    }
    return reading;
  }

  /** The reserve at the host's present limit, in bytes. */
  public long reserveBytes() {
    return reserveBytes(read());
  }

  long reserveBytes(HostMemoryReading reading) {
    return reading.known() ? reserve.bytes(reading.limitBytes()) : 0;
  }

  /** Promised and not released, in bytes. */
  public synchronized long promisedBytes() {
    return promisedBytes;
  }

  /** Promised, and neither released nor settled, in bytes. */
  public synchronized long unsettledBytes() {
    return promisedBytes - settledBytes;
  }

  /** What {@link #reserve} would grant at most right now, in bytes, 0 if nothing. */
  public synchronized long grantableBytes() {
    return Math.max(0, grantableBytes(read()));
  }

  private long grantableBytes(HostMemoryReading reading) {
    long ownBytes = mostBytes == Long.MAX_VALUE ? Long.MAX_VALUE : mostBytes - promisedBytes;
    if (!reading.known()) {
      return mostBytes == Long.MAX_VALUE ? 0 : ownBytes;
    }
    return Math.min(
        ownBytes,
        reading.availableBytes() - (promisedBytes - settledBytes) - reserveBytes(reading));
  }

  /**
   * Promises host memory.
   *
   * @param bytes positive
   * @param label what for, empty if unnamed
   * @throws HostMemoryExhaustedException if the host might not be able to keep the promise
   */
  public synchronized HostMemoryReservation reserve(long bytes, String label) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("promise of " + bytes + " bytes: must be positive");
    }
    HostMemoryReading reading = read();
    long grantableBytes = grantableBytes(reading);
    if (bytes > grantableBytes) {
      throw new HostMemoryExhaustedException(
          refusal(bytes, label, reading, grantableBytes), bytes, Math.max(0, grantableBytes));
    }
    promisedBytes += bytes;
    return new HostMemoryReservation(this, bytes, label);
  }

  private String refusal(long bytes, String label, HostMemoryReading reading, long grantableBytes) {
    String what =
        "%s of host memory%s refused: "
            .formatted(ByteSize.format(bytes), label.isEmpty() ? "" : " for '" + label + "'");
    if (!reading.known() && mostBytes == Long.MAX_VALUE) {
      return what
          + "how much this machine has cannot be read (%s); set the most to promise yourself"
              .formatted(String.join("; ", reading.notes()));
    }
    if (mostBytes != Long.MAX_VALUE && grantableBytes == mostBytes - promisedBytes) {
      return what
          + "%s of the configured %s is already promised; free allocations or raise the configured figure"
              .formatted(ByteSize.format(promisedBytes), ByteSize.format(mostBytes));
    }
    return what
        + "%s is available by %s, of which %s is already promised and %s kept in reserve; free allocations, give the program more memory, or lower the reserve"
            .formatted(
                ByteSize.format(reading.availableBytes()),
                reading.source(),
                ByteSize.format(promisedBytes - settledBytes),
                ByteSize.format(reserveBytes(reading)));
  }

  synchronized void settle(long moreBytes) {
    settledBytes += moreBytes;
  }

  synchronized void release(long bytes, long ofThemSettledBytes) {
    promisedBytes -= bytes;
    settledBytes -= ofThemSettledBytes;
  }

  /**
   * This process's mappings of managed memory, none if they cannot be read. The kernel walks all
   * page tables of the process for it: only for when a promise would be refused otherwise.
   */
  List<ManagedMapping> managedMappings() {
    String smaps = files.read(ManagedMapping.FILE);
    return smaps == null ? List.of() : ManagedMapping.parse(smaps);
  }

  CgroupTree cgroups() {
    return host.cgroups();
  }

  /** Not kept: starting a logger takes 20 ms, and most programs run without a line to log. */
  private static System.Logger log() {
    return System.getLogger(HostMemoryGuard.class.getName());
  }
}
