package io.spillway.prefetch.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.predict.Touches;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60) // seconds; a thread that waits for another would wait for ever
final class SpareTouchesTest {

  private final SpareTouches spare = new SpareTouches();

  @Test
  void whatIsGivenBackIsTakenAgain() {
    Touches first = spare.take();
    Touches second = spare.take();
    assertThat(second).isNotSameAs(first);

    spare.giveBack(first);

    assertThat(spare.take()).isSameAs(first);
    assertThat(spare.take()).isNotSameAs(first).isNotSameAs(second);
  }

  @Test
  void moreThanThereIsRoomForIsForgotten() {
    for (int i = 0; i < 1000; i++) {
      spare.giveBack(new Touches());
    }
    Set<Touches> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 1000; i++) {
      assertThat(taken.add(spare.take())).isTrue();
    }
  }

  /** What one thread fills is not given to it again before the other has read it. */
  @Test
  void noneIsFilledWhileTheOtherThreadReadsIt() throws Exception {
    int launches = 100_000;
    BlockingQueue<Touches> handedOver = new ArrayBlockingQueue<>(256);
    try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
      Future<?> reading =
          reader.submit(
              () -> {
                for (int i = 0; i < launches; i++) {
                  Touches touches = handedOver.take();
                  assertThat(touches.site()).isEqualTo(i);
                  spare.giveBack(touches);
                }
                return null;
              });
      for (int i = 0; i < launches; i++) {
        handedOver.put(spare.take().begin(i));
      }
      reading.get();
    }
  }
}
