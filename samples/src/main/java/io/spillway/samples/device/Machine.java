package io.spillway.samples.device;

import io.spillway.SessionPlugin;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A device to run samples on: its driver, and the samples' kernels on it. One is a GPU, the other
 * the simulator.
 *
 * <p>Kernels are asynchronous in their stream, like everything else there.
 */
public interface Machine extends AutoCloseable {

  /** The seam to it. On a GPU it is behind {@link io.spillway.driver.LimitedDriver}. */
  UnifiedMemoryDriver driver();

  /**
   * Whether memory holds what is written to it. A simulation of more than the host holds keeps
   * account of where bytes are, but not of the bytes.
   */
  boolean holdsContents();

  /** The most managed memory it gives out in all, at this moment. */
  long managedLimitBytes();

  /** Who promises host memory to what is allocated on it. */
  HostMemoryGuard hostMemory();

  /** Where movers' work runs, if the machine has a place of its own for it. */
  Optional<Executor> background();

  /** Who tells recordings what the device does, if the machine has to do that itself. */
  Optional<SessionPlugin> recorder();

  /** Bytes moved since opening, if the machine counts them itself. */
  Optional<Traffic> traffic();

  /**
   * The host is about to write managed memory. Hardware sees that by itself, a simulation has to be
   * told.
   */
  void hostWrites(AddressRange managed);

  /**
   * Adds to each of the {@link Lanes} of {@code laneSums} the {@linkplain Lanes#weighted weighted}
   * sum of its words in {@code weights}, reading all of it {@code reads} times.
   */
  void layerSums(AddressRange weights, int reads, AddressRange laneSums, StreamHandle stream);

  /** Folds {@code laneSums} into {@code activations} and clears them. */
  void layerActivate(
      AddressRange laneSums, AddressRange activations, int layer, StreamHandle stream);

  /** Reads every byte of {@code words} once. */
  void readWords(AddressRange words, StreamHandle stream);

  /** Writes {@code value} to every word of {@code words}. */
  void writeWords(AddressRange words, long value, StreamHandle stream);

  /** Writes {@code value}, {@linkplain Lanes#mixed mixed} for each word anew, to every word. */
  void writeMixed(AddressRange words, long value, int rounds, StreamHandle stream);

  /** Adds to each of the {@link Lanes} of {@code laneSums} the sum of its words, each mixed. */
  void mixedSums(AddressRange words, int rounds, AddressRange laneSums, StreamHandle stream);

  /** Reads a word of each page of {@code parts}. */
  void readParts(Parts parts, StreamHandle stream);

  /** Writes {@code value} to a word of each page of {@code parts}. */
  void writeParts(Parts parts, long value, StreamHandle stream);

  /** Adds {@code value} to a word of each page of {@code parts}, atomically. */
  void addParts(Parts parts, long value, StreamHandle stream);

  /** Closes the driver. */
  @Override
  void close();
}
