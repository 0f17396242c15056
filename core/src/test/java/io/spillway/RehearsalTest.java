package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class RehearsalTest {

  @Test
  void aRehearsalIsOnAThreadOfItsOwnThatKeepsNoJvmAlive() throws Exception {
    CompletableFuture<Thread> on = new CompletableFuture<>();

    Rehearsal.begin("test", () -> on.complete(Thread.currentThread()), 2);

    Thread thread = on.get(1, TimeUnit.MINUTES);
    assertThat(thread).isNotSameAs(Thread.currentThread());
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getName()).isEqualTo("spillway-rehearsal-test");
  }

  @Test
  void oneProcessorIsTheProgramsOwn() {
    assertThat(Rehearsal.begin("test", () -> {}, 1)).isEmpty();
  }

  @Test
  void whatGoesWrongThereIsNobodysElse() throws InterruptedException {
    AtomicBoolean unhandled = new AtomicBoolean();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((_, _) -> unhandled.set(true));
    try {
      Rehearsal.begin(
              "test",
              () -> {
                throw new IllegalStateException("as intended");
              },
              2)
          .orElseThrow()
          .join();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }

    assertThat(unhandled).isFalse();
  }
}
