package io.spillway.dropin;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Images that a program has linked, and the texts that they were linked from. An image is known by
 * its address, from {@code cuLinkComplete} on until its link is destroyed; a copy of it is machine
 * code like any other. Safe for use by any thread.
 */
public final class LinkedImages {

  /** {@code CU_JIT_INPUT_PTX}. */
  private static final int TEXT = 1;

  private final ConcurrentHashMap<Long, Link> links = new ConcurrentHashMap<>();

  LinkedImages() {}

  /** The inputs of one link, and the address of what became of them. */
  private static final class Link {
    private final List<byte[]> texts = new ArrayList<>();
    private long bytes;
    private int others;
    private long image;

    synchronized void add(byte @Nullable [] text) {
      if (text == null || bytes + text.length > LoadedModules.MOST_BYTES) {
        others++;
      } else {
        texts.add(text);
        bytes += text.length;
      }
    }

    synchronized void completed(long address) {
      image = address;
    }

    synchronized @Nullable Inputs inputs(long address) {
      return image != 0 && image == address
          ? new Inputs(List.copyOf(texts), others == 0 && texts.size() == 1)
          : null;
    }
  }

  /**
   * What an image was linked from.
   *
   * @param texts those of its inputs that are texts
   * @param alone whether it is one text and nothing else
   */
  record Inputs(List<byte[]> texts, boolean alone) {}

  /** A link begins. */
  public void created(long state) {
    links.put(state, new Link());
  }

  /**
   * Something is linked.
   *
   * @param type a {@code CUjitInputType}
   * @param input which may change afterwards; null if it is not known
   */
  public void added(long state, int type, byte @Nullable [] input) {
    Link link = links.get(state);
    if (link != null) {
      link.add(type == TEXT && input != null ? input.clone() : null);
    }
  }

  /** A file is linked. */
  public void addedFile(long state, int type, String file, LoadedModules modules) {
    added(state, type, type == TEXT ? modules.content(file) : null);
  }

  /** The image of a link is at {@code address}. */
  public void completed(long state, long address) {
    Link link = links.get(state);
    if (link != null) {
      link.completed(address);
    }
  }

  /** A link and its image are no more. */
  public void destroyed(long state) {
    links.remove(state);
  }

  /** What the image at {@code address} was linked from; null if none is known there. */
  @Nullable Inputs at(long address) {
    for (Link link : links.values()) {
      Inputs inputs = link.inputs(address);
      if (inputs != null) {
        return inputs;
      }
    }
    return null;
  }
}
