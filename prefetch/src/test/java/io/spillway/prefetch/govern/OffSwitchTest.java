package io.spillway.prefetch.govern;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffSwitchTest {

  private final Logger log = Logger.getLogger(OffSwitchTest.class.getName());
  private final List<LogRecord> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          logged.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final OffSwitch off = new OffSwitch(OffSwitchTest.class, "prefetcher");

  @BeforeEach
  void listen() {
    log.setUseParentHandlers(false);
    log.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    log.removeHandler(handler);
    log.setUseParentHandlers(true);
  }

  private static DriverException failure(int code) {
    return new DriverException("cuEventQuery", new CudaStatus(code, "CUDA_ERROR"), 0, 0);
  }

  @Test
  void theFirstFailureIsTheReasonAndLoggedOnce() {
    assertThat(off.off()).isFalse();
    assertThat(off.fail(failure(700))).isTrue();
    assertThat(off.fail(failure(999))).isFalse();
    off.close();

    assertThat(off.reason()).isEqualTo("cuEventQuery failed: CUDA_ERROR (700)");
    assertThat(logged)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getLevel()).isEqualTo(Level.WARNING);
              assertThat(line.getThrown()).isNotNull();
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 201, 709}) // of cuda.h 13.0: shut down, no context, destroyed
  void aContextThatIsGoneIsNoFailure(int code) {
    assertThat(off.fail(failure(code))).isTrue();

    assertThat(off.reason())
        .isEqualTo(
            "the program's context is destroyed: cuEventQuery failed: CUDA_ERROR (%d)", code);
    assertThat(logged)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getLevel()).isEqualTo(Level.INFO);
              assertThat(line.getThrown()).isNull();
            });
  }

  @Test
  void whatClosesFailsNoMore() {
    off.close();

    assertThat(off.fail(failure(700))).isFalse();
    assertThat(off.reason()).isEqualTo("closed");
    assertThat(logged).isEmpty();
  }
}
