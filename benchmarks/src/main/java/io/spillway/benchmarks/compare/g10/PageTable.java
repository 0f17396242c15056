package io.spillway.benchmarks.compare.g10;

import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import java.util.Arrays;

/**
 * Where every page is, and the pages on the GPU in the order of their arrival.
 *
 * <p>One int per page: its frame on the GPU, or a negative place. The order of arrival is a list
 * through the frames, from which victims are taken at {@link #candidate}.
 */
final class PageTable {

  /** In place of a frame: never touched, or dead. */
  static final int ABSENT = -1;

  static final int HOST = -2;
  static final int SSD = -3;

  /** No frame; as a candidate, the end of the list. */
  static final int NONE = -1;

  private final int[] firstPage;
  private final int[] place;
  private final long[] moving;
  private final long[] awaited;
  private final int[] pageOf;
  private final int[] next;
  private final int[] previous;
  private final long hostPages;
  private int head = NONE;
  private int tail = NONE;
  private int free;
  private int freeFrames;
  private long usedHostPages;
  private int awaitedPages;
  private int lastTensor;

  /** Where the search for the next victim goes on. */
  private int candidate = NONE;

  PageTable(TrainingIteration iteration, G10Machine machine) {
    int tensors = iteration.tensors().size();
    firstPage = new int[tensors + 1];
    for (int i = 0; i < tensors; i++) {
      long pages = iteration.tensors().get(i).bytes() / G10Machine.PAGE_BYTES;
      firstPage[i + 1] = Math.toIntExact(firstPage[i] + pages);
    }
    int pages = firstPage[tensors];
    place = new int[pages];
    moving = new long[(pages >>> 6) + 1];
    awaited = new long[(pages >>> 6) + 1];
    hostPages = machine.hostPages();
    // More frames than pages would stay free.
    int frames = Math.min(machine.gpuPages(), pages);
    pageOf = new int[frames];
    next = new int[frames];
    previous = new int[frames];
    for (int frame = 0; frame < frames; frame++) {
      next[frame] = frame + 1 < frames ? frame + 1 : NONE;
    }
    free = frames > 0 ? 0 : NONE;
    freeFrames = frames;
    Arrays.fill(place, ABSENT);
    for (Tensor tensor : iteration.tensors()) {
      if (tensor.kind() == Kind.WEIGHT) {
        int start = machine.weightsOnSsd() ? SSD : HOST;
        Arrays.fill(place, firstPage[tensor.id()], firstPage[tensor.id() + 1], start);
        if (start == HOST) {
          usedHostPages += firstPage[tensor.id() + 1] - firstPage[tensor.id()];
        }
      }
    }
  }

  int firstPage(int tensor) {
    return firstPage[tensor];
  }

  /** One behind the last page of {@code tensor}. */
  int endPage(int tensor) {
    return firstPage[tensor + 1];
  }

  int tensorOf(int page) {
    if (page < firstPage[lastTensor] || page >= firstPage[lastTensor + 1]) {
      int found = Arrays.binarySearch(firstPage, page);
      // Tensors of no bytes share their first page with the next one.
      lastTensor = found >= 0 ? found : -found - 2;
      while (firstPage[lastTensor + 1] <= page) {
        lastTensor++;
      }
    }
    return lastTensor;
  }

  boolean onGpu(int page) {
    return place[page] >= 0;
  }

  /** {@link #ABSENT}, {@link #HOST} or {@link #SSD}; otherwise its frame. */
  int place(int page) {
    return place[page];
  }

  boolean isMoving(int page) {
    return (moving[page >>> 6] & (1L << page)) != 0;
  }

  void setMoving(int page) {
    moving[page >>> 6] |= 1L << page;
  }

  void setArrived(int page) {
    moving[page >>> 6] &= ~(1L << page);
  }

  /** Notes that the running kernel waits for {@code page}. */
  void await(int page) {
    if ((awaited[page >>> 6] & (1L << page)) == 0) {
      awaited[page >>> 6] |= 1L << page;
      awaitedPages++;
    }
  }

  void awaitNoMore(int page) {
    if ((awaited[page >>> 6] & (1L << page)) != 0) {
      awaited[page >>> 6] &= ~(1L << page);
      awaitedPages--;
    }
  }

  boolean isAwaiting() {
    return awaitedPages > 0;
  }

  boolean isGpuFull() {
    return freeFrames == 0;
  }

  boolean isHostFull() {
    return usedHostPages == hostPages;
  }

  /** Puts {@code page} on the GPU, last in order, and frees its page on the host if it has one. */
  void arrive(int page) {
    if (place[page] == HOST) {
      usedHostPages--;
    }
    int frame = free;
    free = next[frame];
    freeFrames--;
    pageOf[frame] = page;
    place[page] = frame;
    append(frame);
    setArrived(page);
    awaitNoMore(page);
  }

  /** Takes {@code page} off the GPU, to {@code destination}. */
  void leave(int page, int destination) {
    int frame = place[page];
    boolean wasCandidate = frame == candidate;
    unlink(frame);
    next[frame] = free;
    free = frame;
    freeFrames++;
    place[page] = destination;
    if (destination == HOST) {
      usedHostPages++;
    }
    if (wasCandidate) {
      candidate = head;
    }
  }

  /** Forgets the contents of a page that is not on the GPU. */
  void forget(int page) {
    if (place[page] == HOST) {
      usedHostPages--;
    }
    place[page] = ABSENT;
  }

  int head() {
    return head;
  }

  int after(int frame) {
    return next[frame];
  }

  int pageIn(int frame) {
    return pageOf[frame];
  }

  int candidate() {
    return candidate;
  }

  void setCandidate(int frame) {
    candidate = frame;
  }

  private void append(int frame) {
    next[frame] = NONE;
    previous[frame] = tail;
    if (tail == NONE) {
      head = frame;
    } else {
      next[tail] = frame;
    }
    tail = frame;
  }

  private void unlink(int frame) {
    if (previous[frame] == NONE) {
      head = next[frame];
    } else {
      next[previous[frame]] = next[frame];
    }
    if (next[frame] == NONE) {
      tail = previous[frame];
    } else {
      previous[next[frame]] = previous[frame];
    }
  }
}
