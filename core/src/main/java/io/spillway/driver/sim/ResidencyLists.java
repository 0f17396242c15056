package io.spillway.driver.sim;

import io.spillway.driver.sim.BlockState.ListName;
import org.jspecify.annotations.Nullable;

/**
 * The order in which device chunks are taken away: {@code uvm_pmm_gpu.c}.
 *
 * <p>Three lists, served in the order UNUSED, DISCARDED, USED, each from its head. A block goes to
 * the tail of USED whenever pages are made resident, even if nothing moved; a hit moves nothing. So
 * the order is that of migration, not of use.
 */
final class ResidencyLists {

  private final Chain unused = new Chain(ListName.UNUSED);
  private final Chain discarded = new Chain(ListName.DISCARDED);
  private final Chain used = new Chain(ListName.USED);
  private long chunks;

  /** Device chunks owned by blocks. */
  long chunks() {
    return chunks;
  }

  /** Puts {@code block} at the tail of {@code list}; {@link ListName#NONE} gives up its chunk. */
  void move(BlockState block, ListName list) {
    Chain from = chain(block.list);
    if (from == null) {
      chunks++;
    } else {
      from.remove(block);
    }
    Chain to = chain(list);
    if (to == null) {
      chunks--;
    } else {
      to.append(block);
    }
  }

  /** The next victim, pinned blocks passed over; null if there is none. */
  @Nullable BlockState victim() {
    BlockState found = unused.firstUnpinned();
    if (found == null) {
      found = discarded.firstUnpinned();
    }
    return found == null ? used.firstUnpinned() : found;
  }

  private @Nullable Chain chain(ListName list) {
    return switch (list) {
      case NONE -> null;
      case UNUSED -> unused;
      case DISCARDED -> discarded;
      case USED -> used;
    };
  }

  /** One intrusive doubly linked list. */
  private static final class Chain {
    private final ListName name;
    private @Nullable BlockState head;
    private @Nullable BlockState tail;

    Chain(ListName name) {
      this.name = name;
    }

    void append(BlockState block) {
      block.list = name;
      block.previous = tail;
      block.next = null;
      if (tail == null) {
        head = block;
      } else {
        tail.next = block;
      }
      tail = block;
    }

    void remove(BlockState block) {
      if (block.previous == null) {
        head = block.next;
      } else {
        block.previous.next = block.next;
      }
      if (block.next == null) {
        tail = block.previous;
      } else {
        block.next.previous = block.previous;
      }
      block.list = ListName.NONE;
      block.previous = null;
      block.next = null;
    }

    @Nullable BlockState firstUnpinned() {
      BlockState block = head;
      while (block != null && block.pinned) {
        block = block.next;
      }
      return block;
    }
  }
}
