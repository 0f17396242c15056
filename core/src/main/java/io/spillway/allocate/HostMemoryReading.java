package io.spillway.allocate;

import java.util.List;

/**
 * What the host said of its memory at one moment.
 *
 * @param limitBytes the most this process could ever use: the machine's memory or the lowest
 *     enclosing cgroup limit, whichever is lower; {@link Long#MAX_VALUE} if unknown
 * @param availableBytes what it could use now, not counting promises; 0 or less when exhausted,
 *     {@link Long#MAX_VALUE} if unknown
 * @param source which figure {@code availableBytes} is, with the file it was read from
 * @param notes what could not be read and is therefore not counted
 */
public record HostMemoryReading(
    long limitBytes, long availableBytes, String source, List<String> notes) {

  /** Copies the list. */
  public HostMemoryReading {
    notes = List.copyOf(notes);
  }

  /** Whether there is any figure to go by. */
  public boolean known() {
    return availableBytes != Long.MAX_VALUE;
  }
}
