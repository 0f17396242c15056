package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine that is wanted, and then not, while it is being opened. */
@Timeout(30) // seconds, half of what an engine waits for its thread
final class SpareEngineTest {

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final List<RuntimeException> failures = new ArrayList<>();

  /** Run by the background thread, once, when the engine has begun to open. */
  private Runnable whileOpening = () -> {};

  /** Run by whoever gives an engine back, once. */
  private Runnable whileClosing = () -> {};

  @AfterEach
  void nothingIsLeft() {
    thread.close();
    assertThat(failures).isEmpty();
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
  }

  private static Runnable once(Runnable task) {
    task.run();
    return () -> {};
  }

  private final class Interrupted extends ForwardingDriver {
    Interrupted() {
      super(driver);
    }

    @Override
    public UnifiedMemoryDriver openSibling() {
      whileOpening = once(whileOpening);
      return super.openSibling();
    }

    @Override
    public Optional<Executor> virtualThread(String name) {
      if (name.equals("spillway-close")) {
        whileClosing = once(whileClosing);
      }
      return super.virtualThread(name);
    }
  }

  private Spillway open(Executor background, SpareEngine[] spare) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(new Interrupted())
            .deviceBudget(Long.toString(ByteSize.GIB))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(new NamedPlugin("spare", context -> with(context, spare))))
            .background(background)
            .build());
  }

  private SessionListener with(SessionContext context, SpareEngine[] spare) {
    SpareEngine made = new SpareEngine(context, MoveSizing.STANDARD, Waits.STANDARD, failures::add);
    spare[0] = made;
    return new SessionListener() {
      @Override
      public void close() {
        assertThat(made.end()).isTrue();
      }
    };
  }

  @Test
  void theThreadThatOpensItGivesItBackAndDoesNotWaitForItself() throws Exception {
    SpareEngine[] spare = new SpareEngine[1];
    try (Spillway _ = open(thread, spare)) {
      whileOpening = spare[0]::giveBack;

      spare[0].open();

      thread.submit(() -> {}).get();
      assertThat(spare[0].ready()).isNull();
      assertThat(driver.leaks()).noneMatch(leak -> leak.contains("sibling"));
    }
  }

  @Test
  void whoWantsItWhileItIsGivenBackGetsIt() {
    SpareEngine[] spare = new SpareEngine[1];
    try (Spillway _ = open(simulation.hostThread("mover"), spare)) {
      whileOpening = spare[0]::giveBack;
      whileClosing = spare[0]::open;

      spare[0].open();

      assertThat(spare[0].ready()).isNotNull();
    }
  }

  @Test
  void oneThatIsTakenIsNotOpenedOnceMore() {
    SpareEngine[] spare = new SpareEngine[1];
    try (Spillway _ = open(simulation.hostThread("mover"), spare)) {
      spare[0].open();
      PredictiveEngine engine = spare[0].ready();
      spare[0].taken();
      assertThat(spare[0].ready()).isNull();
      assertThat(engine).isNotNull();
      engine.close();
    }
  }
}
