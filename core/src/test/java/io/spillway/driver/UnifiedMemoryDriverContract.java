package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What every {@link UnifiedMemoryDriver} must do, whatever stands behind it: a GPU, the stub
 * library or the simulator. The checks are in the interfaces it implements, one for each theme.
 *
 * <p>A subclass says how to open the driver. What may be expected of it follows from the
 * capabilities it declares: a check that needs one which is missing is skipped with the
 * capability's name and the driver's reason, and the call is checked to be refused instead ({@link
 * #missingCapabilitiesAreRefusedAsNotSupported}).
 *
 * <p>After each check nothing may be left that the check did not return: memory, streams, events.
 * No check has more than 256 MiB of managed memory at a time, so the suite may run on shared GPUs.
 */
public abstract class UnifiedMemoryDriverContract
    implements SelfDescriptionContract,
        AllocationContract,
        ContentsContract,
        AdviceContract,
        PrefetchContract,
        BatchContract,
        StreamContract,
        SiblingContract,
        ThreadContract,
        RefusalContract {

  private static final long MOST_MANAGED_BYTES = 256 * MIB;

  private FaultInjectingDriver driver;
  private Location device;

  /** Opens the driver under test; called for each check, closed after it. */
  @Override
  public abstract UnifiedMemoryDriver open();

  @Override
  public Optional<LibcudaCallerContext> callerContext() {
    return Optional.empty();
  }

  /** Called after each check, when the driver is closed: the subclass's own books. */
  protected void assertNothingLeft() {}

  @Override
  public final UnifiedMemoryDriver driver() {
    return driver;
  }

  @Override
  public final Location device() {
    return device;
  }

  @BeforeEach
  final void openDriver() {
    driver = new FaultInjectingDriver(open());
    device = driver.device().location();
  }

  @AfterEach
  final void closeDriver() {
    if (driver == null) {
      return; // Opening was skipped or failed; JUnit reports that.
    }
    List<String> leaks = driver.leaks();
    driver.releaseLeaks();
    driver.close();
    assertThat(leaks).as("left behind by the check").isEmpty();
    assertThat(driver.mostManagedBytes())
        .as("managed memory at a time")
        .isLessThanOrEqualTo(MOST_MANAGED_BYTES);
    assertNothingLeft();
  }
}
