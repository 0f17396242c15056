package io.spillway.profile;

/**
 * The machine that a recording was made on, and what moving memory costs there. Rates are bytes per
 * second, 0 where they are not known.
 *
 * @param device the device's name
 * @param simulated whether times and movements are a model's
 * @param deviceTotalBytes the device's memory
 * @param budgetBytes the most managed memory kept resident there
 * @param linkToDeviceBytesPerSecond a large prefetch to the device
 * @param linkToHostBytesPerSecond a move to the host of data whose host pages exist
 * @param firstWriteBackBytesPerSecond a move to the host of data whose host pages never existed
 * @param faultBytesPerSecond faults that move pages to the device
 * @param readMostlyFaultBytesPerSecond faults that duplicate read-mostly pages
 * @param zeroCopyBytesPerSecond kernels reading host memory in place
 * @param dropBytesPerSecond freeing device copies without a transfer
 * @param readMostlyWriteBytesPerSecond kernels writing duplicated read-mostly memory
 * @param readMostlySetBytesPerSecond first read-mostly advice on what the host has filled
 * @param deviceBytesPerSecond kernels reading device memory
 */
public record MachineFigures(
    String device,
    boolean simulated,
    long deviceTotalBytes,
    long budgetBytes,
    double linkToDeviceBytesPerSecond,
    double linkToHostBytesPerSecond,
    double firstWriteBackBytesPerSecond,
    double faultBytesPerSecond,
    double readMostlyFaultBytesPerSecond,
    double zeroCopyBytesPerSecond,
    double dropBytesPerSecond,
    double readMostlyWriteBytesPerSecond,
    double readMostlySetBytesPerSecond,
    double deviceBytesPerSecond) {

  /** Nothing is known of the machine. */
  public static final MachineFigures UNKNOWN =
      new MachineFigures("", false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
