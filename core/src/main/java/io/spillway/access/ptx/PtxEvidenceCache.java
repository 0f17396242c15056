package io.spillway.access.ptx;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Modules read before, by their content, so that a program which loads a text again does not pay
 * again. Those used longest ago go first when there are too many. Safe for use by any thread.
 */
public final class PtxEvidenceCache {

  private final long mostBytes;
  private final Map<ByteBuffer, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  private record Entry(PtxModule module, int bytes) {}

  /**
   * An empty cache.
   *
   * @param mostBytes how much text the modules kept may have; what is kept takes some four times as
   *     much memory
   */
  public PtxEvidenceCache(long mostBytes) {
    if (mostBytes < 0) {
      throw new IllegalArgumentException(
          "a cache of %d bytes: give it none or more".formatted(mostBytes));
    }
    this.mostBytes = mostBytes;
  }

  /**
   * The module of that image, read if it is not known.
   *
   * @param image as for {@link PtxModule#parse(byte[])}
   */
  public PtxModule module(byte[] image) {
    ByteBuffer key = hash(image);
    synchronized (entries) {
      Entry known = entries.get(key);
      if (known != null) {
        return known.module();
      }
    }
    // Outside of the lock: two threads with the same text both read it, at worst.
    PtxModule module = PtxModule.parse(image);
    synchronized (entries) {
      Entry first = entries.putIfAbsent(key, new Entry(module, image.length));
      if (first != null) {
        return first.module();
      }
      bytes += image.length;
      Iterator<Entry> oldest = entries.values().iterator();
      while (bytes > mostBytes && oldest.hasNext()) {
        bytes -= oldest.next().bytes();
        oldest.remove();
      }
    }
    return module;
  }

  /** How much text the modules kept have, in bytes. */
  public long bytes() {
    synchronized (entries) {
      return bytes;
    }
  }

  private static ByteBuffer hash(byte[] image) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(image));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java lacks SHA-256, which every Java has", e);
    }
  }
}
