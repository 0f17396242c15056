package io.spillway.allocate;

import io.spillway.driver.DeviceInfo;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How sessions share devices: their budgets on one add up to at most a total.
 *
 * <p>A session relies on its budget. So each budget is taken off the total when its session opens,
 * and none is made smaller for the sake of another: a budget that exceeds what is left is refused.
 * A session that asks for no budget takes the standard one, or what is left.
 *
 * <p>Safe for use by any thread.
 */
public final class DeviceShares {

  private final Optional<DeviceBudget> total;
  private final Map<Integer, Long> takenBytes = new HashMap<>();

  private DeviceShares(Optional<DeviceBudget> total) {
    this.total = total;
  }

  /**
   * The shares of all sessions of this process that name no others: all memory of each device,
   * since what one session keeps on a card no other can.
   */
  public static DeviceShares ofThisProcess() {
    return ThisProcess.SHARES;
  }

  /** Apart, so that it is made when it is first asked for. */
  private static final class ThisProcess {
    static final DeviceShares SHARES = new DeviceShares(Optional.empty());
  }

  /**
   * Shares by which all sessions that name them together keep at most {@code total} on each device.
   */
  public static DeviceShares of(DeviceBudget total) {
    return new DeviceShares(Optional.of(total));
  }

  /** One session's part of a device, until it is given back. */
  final class Share {
    private final DeviceInfo device;
    private long bytes;
    private boolean released;

    private Share(DeviceInfo device) {
      this.device = device;
    }

    /**
     * Takes another budget instead of the one it has.
     *
     * @param lowered whether less will do, where the others have left less
     * @return how much it is, in bytes
     * @throws IllegalArgumentException if that is not there; then it stays as it is
     */
    long resize(DeviceBudget budget, long wantedBytes, long hostLimitBytes, boolean lowered) {
      synchronized (DeviceShares.this) {
        if (released) {
          throw new IllegalStateException("the session is closed");
        }
        long others = takenBytes.getOrDefault(device.ordinal(), 0L) - bytes;
        long most = totalBytes(device, hostLimitBytes);
        long left = Math.max(0, Blocks.floor(most - others));
        long taken = wantedBytes;
        if (wantedBytes > left) {
          if (!lowered || left < Blocks.BYTES) {
            throw new IllegalArgumentException(refusal(budget, wantedBytes, most, others, left));
          }
          log()
              .log(
                  Level.WARNING,
                  "device budget of {0} is {1}, lowered to the {2} that other sessions leave",
                  budget,
                  ByteSize.format(wantedBytes),
                  ByteSize.format(left));
          taken = left;
        }
        bytes = taken;
        takenBytes.put(device.ordinal(), others + taken);
        return taken;
      }
    }

    private String refusal(
        DeviceBudget budget, long wantedBytes, long most, long others, long left) {
      return "device budget of %s (%s): sessions on device %d share %s, of which others have %s; %s"
          .formatted(
              budget,
              ByteSize.format(wantedBytes),
              device.ordinal(),
              ByteSize.format(most),
              ByteSize.format(others),
              left < Blocks.BYTES
                  ? "make theirs smaller first, with Spillway.resizeBudget"
                  : "set a budget of at most %s, or make theirs smaller first, with Spillway.resizeBudget"
                      .formatted(ByteSize.format(left)));
    }

    /** Gives it back; the second time it does nothing. */
    void release() {
      synchronized (DeviceShares.this) {
        takenBytes.merge(device.ordinal(), -bytes, Long::sum);
        bytes = 0;
        released = true;
      }
    }
  }

  /** A share of that device, of nothing yet. */
  Share on(DeviceInfo device) {
    return new Share(device);
  }

  /** What the budgets on a device add up to now, in bytes. */
  public synchronized long takenBytes(int deviceOrdinal) {
    return takenBytes.getOrDefault(deviceOrdinal, 0L);
  }

  private long totalBytes(DeviceInfo device, long hostLimitBytes) {
    return total
        .map(budget -> budget.resolve(device.totalBytes(), hostLimitBytes))
        .orElse(device.totalBytes());
  }

  private static System.Logger log() {
    return System.getLogger(DeviceShares.class.getName());
  }
}
