package io.spillway.prefetch.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is to wake whom. */
@Timeout(60) // seconds
final class AttentionTest {

  private static final long MILLISECOND = 1_000_000;
  private static final Attention.Span FOR_EVER =
      new Attention.Span(MILLISECOND, MILLISECOND, Long.MAX_VALUE);

  @Test
  void isGivenFromTheBeginningToTheEnd() {
    Attention attention = new Attention(FOR_EVER);
    assertThat(attention.given()).isFalse();
    attention.begin();
    assertThat(attention.given()).isTrue();
    attention.end();
    assertThat(attention.given()).isFalse();
  }

  @Test
  void nothingForLongEnoughEndsIt() {
    Attention attention = new Attention(new Attention.Span(1000, 1000, MILLISECOND));
    attention.begin();
    AtomicInteger looks = new AtomicInteger();

    assertThat(attention.linger(() -> looks.incrementAndGet() < 0)).isFalse();

    assertThat(attention.given()).isFalse();
    assertThat(looks).hasValueGreaterThan(1);
  }

  @Test
  void somethingIsSeenByWhoLooks() throws InterruptedException {
    Attention attention = new Attention(FOR_EVER);
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    boolean[] seen = new boolean[1];
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  attention.begin();
                  seen[0] =
                      attention.linger(
                          () -> {
                            looking.countDown();
                            return told.getCount() == 0;
                          });
                });
    looking.await();

    told.countDown();
    assertThat(attention.given()).isTrue();

    thread.join();
    assertThat(seen[0]).isTrue();
  }

  @Test
  void aTaskThatWaitsEndsIt() throws InterruptedException {
    Attention attention = new Attention(new Attention.Span(0, Long.MAX_VALUE, Long.MAX_VALUE));
    CountDownLatch looking = new CountDownLatch(1);
    List<Runnable> waiting = new ArrayList<>();
    boolean[] seen = {true};
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  attention.begin();
                  seen[0] =
                      attention.linger(
                          () -> {
                            looking.countDown();
                            return false;
                          });
                });
    looking.await();

    attention.call(waiting::add, () -> {});

    thread.join();
    assertThat(seen[0]).isFalse();
    assertThat(attention.given()).isFalse();
  }

  @Test
  void aTaskGivenBeforeItBeganIsNotForgotten() {
    Attention attention = new Attention(FOR_EVER);
    Deque<Runnable> tasks = new ArrayDeque<>();
    attention.call(
        tasks::add,
        () -> {
          attention.begin();
          assertThat(attention.linger(() -> false)).isFalse();
        });
    attention.call(tasks::add, () -> {});

    tasks.remove().run();
  }

  @Test
  void aTaskThatWaitsComesBeforeWhatWasTold() {
    Attention attention = new Attention(FOR_EVER);
    attention.begin();
    Deque<Runnable> tasks = new ArrayDeque<>();
    attention.call(tasks::add, () -> {});

    assertThat(attention.linger(() -> true)).isFalse();

    assertThat(attention.given()).isFalse();
  }

  @Test
  void aTaskThatIsRefusedDoesNotWait() {
    Attention attention = new Attention(FOR_EVER);
    attention.begin();

    assertThatThrownBy(
            () ->
                attention.call(
                    task -> {
                      throw new RejectedExecutionException("closed");
                    },
                    () -> {}))
        .hasMessage("closed");

    AtomicInteger looks = new AtomicInteger();
    assertThat(attention.linger(() -> looks.incrementAndGet() == 3)).isTrue();
  }

  @Test
  void whatIsToldAsItEndsIsSeenOnceMore() {
    Attention attention = new Attention(Attention.Span.NONE);
    attention.begin();

    assertThat(attention.linger(() -> !attention.given())).as("after it said so").isTrue();

    assertThat(attention.given()).isTrue();
  }
}
