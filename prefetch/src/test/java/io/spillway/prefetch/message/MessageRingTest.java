package io.spillway.prefetch.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages of several threads, none lost, each thread's in order. */
@Timeout(60) // seconds; a lost message would be waited for for ever
final class MessageRingTest {

  private static final int SENDERS = 4;
  private static final int EACH = 20_000;

  private static Message message(int sender, int number) {
    return new Message.Declared(number, 0, sender, 1, AccessKind.READ, null);
  }

  @Test
  void whatDoesNotFitIsRefusedUntilThereIsRoom() {
    MessageRing ring = new MessageRing(4);
    for (int i = 0; i < 4; i++) {
      assertThat(ring.offer(message(0, i))).isTrue();
    }
    assertThat(ring.offer(message(0, 4))).isFalse();
    assertThat(ring.poll()).isEqualTo(message(0, 0));
    assertThat(ring.offer(message(0, 5))).isTrue();
    for (int i : new int[] {1, 2, 3, 5}) {
      assertThat(ring.poll()).isEqualTo(message(0, i));
    }
    assertThat(ring.poll()).isNull();
  }

  @Test
  void whoLooksSeesWhatIsThereToPoll() {
    MessageRing ring = new MessageRing(4);
    for (int i = 0; i < 10; i++) {
      assertThat(ring.hasNext()).isFalse();
      assertThat(ring.offer(message(0, i))).isTrue();
      assertThat(ring.hasNext()).isTrue();
      assertThat(ring.poll()).isEqualTo(message(0, i));
    }
    assertThat(ring.isEmpty()).isTrue();
  }

  @Test
  void eachThreadsMessagesComeOnceAndInOrder() throws Exception {
    MessageRing ring = new MessageRing(64);
    long[] last = {-1, -1, -1, -1};
    int received = 0;
    try (ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int sender = 0; sender < SENDERS; sender++) {
        int own = sender;
        all.add(
            senders.submit(
                () -> {
                  for (int i = 0; i < EACH; i++) {
                    while (!ring.offer(message(own, i))) {
                      Thread.onSpinWait();
                    }
                  }
                }));
      }
      while (received < SENDERS * EACH) {
        if (ring.poll() instanceof Message.Declared(long number, _, long sender, _, _, _)) {
          assertThat(number).isEqualTo(last[(int) sender] + 1);
          last[(int) sender] = number;
          received++;
        } else {
          Thread.onSpinWait();
        }
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(ring.poll()).isNull();
  }
}
