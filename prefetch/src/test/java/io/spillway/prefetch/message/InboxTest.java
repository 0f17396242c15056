package io.spillway.prefetch.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is dropped, what is not, and in which order the rest is heard. */
@Timeout(60) // seconds; a lost message would be waited for for ever
final class InboxTest {

  private static final int ROOM = 4;
  private static final long GAP = -1;

  private final List<Long> heard = new ArrayList<>();

  private static Message launch(long number) {
    return new Message.Declared(number, 0, 0, 1, AccessKind.READ, null);
  }

  private static Message free(long number) {
    return new Message.Freed(new AddressRange(number + 1, 1));
  }

  private void hear(Message message) {
    heard.add(
        switch (message) {
          case Message.Declared declared -> declared.sequence();
          case Message.Freed freed -> freed.range().address() - 1;
          default -> throw new AssertionError(message);
        });
  }

  private void read(Inbox inbox) {
    inbox.read(this::hear, () -> heard.add(GAP));
  }

  @Test
  void whatIsDroppedIsAGapAndNothingAfterItIsHeardBeforeTheReaderKnows() {
    Inbox inbox = new Inbox(ROOM);
    for (int i = 0; i < ROOM; i++) {
      assertThat(inbox.offer(launch(i))).isTrue();
    }
    assertThat(inbox.offer(launch(4))).isFalse();
    inbox.deliver(free(5));
    assertThat(inbox.offer(launch(6))).isFalse();
    inbox.deliver(free(7));

    read(inbox);

    assertThat(heard).containsExactly(0L, 1L, 2L, 3L, 5L, 7L, GAP);
    assertThat(inbox.dropped()).isEqualTo(2);
    assertThat(inbox.offer(launch(8))).isTrue();
    read(inbox);
    assertThat(heard).endsWith(GAP, 8L);
  }

  /** Against lists: one of what is in the ring, one of what is kept. */
  @Property(tries = 500)
  void itIsAsTwoLists(@ForAll long seed) {
    Random random = new Random(seed);
    Inbox inbox = new Inbox(ROOM);
    List<Long> expected = new ArrayList<>();
    List<Long> ring = new ArrayList<>();
    List<Long> kept = new ArrayList<>();
    boolean gap = false;
    heard.clear();
    for (long i = 0; i < 100; i++) {
      boolean fits = !gap && ring.size() < ROOM;
      switch (random.nextInt(10)) {
        case 0 -> {
          read(inbox);
          expected.addAll(ring);
          expected.addAll(kept);
          if (gap) {
            expected.add(GAP);
          }
          ring.clear();
          kept.clear();
          gap = false;
        }
        case 1, 2, 3 -> {
          inbox.deliver(free(i));
          (fits ? ring : kept).add(i);
          gap |= !fits;
        }
        default -> {
          assertThat(inbox.offer(launch(i))).isEqualTo(fits);
          if (fits) {
            ring.add(i);
          }
          gap |= !fits;
        }
      }
      assertThat(heard).isEqualTo(expected);
    }
  }

  @Test
  void noFreeIsLostAndEachThreadsMessagesStayInOrder() throws Exception {
    int senders = 3;
    int each = 50_000;
    Inbox inbox = new Inbox(64);
    long[] last = {-1, -1, -1};
    int[] frees = new int[senders];
    try (ExecutorService threads = Executors.newFixedThreadPool(senders)) {
      List<Future<?>> all = new ArrayList<>();
      for (int sender = 0; sender < senders; sender++) {
        int own = sender;
        all.add(
            threads.submit(
                () -> {
                  for (long i = 0; i < each; i++) {
                    long number = i * senders + own;
                    if (i % 7 == 0) {
                      inbox.deliver(free(number));
                    } else {
                      inbox.offer(launch(number));
                    }
                  }
                }));
      }
      boolean sending = true;
      while (sending) {
        sending = !all.stream().allMatch(Future::isDone);
        read(inbox);
        for (long number : heard) {
          if (number != GAP) {
            int sender = (int) (number % senders);
            assertThat(number / senders).isGreaterThan(last[sender]);
            last[sender] = number / senders;
            frees[sender] += number / senders % 7 == 0 ? 1 : 0;
          }
        }
        heard.clear();
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(frees).containsOnly((each + 6) / 7);
  }
}
