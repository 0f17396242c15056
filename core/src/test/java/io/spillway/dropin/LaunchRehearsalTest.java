package io.spillway.dropin;

import static io.spillway.access.ptx.ParameterAccess.READ_ONLY;
import static io.spillway.access.ptx.ParameterAccess.READ_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.ptx.ParameterAccess;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LaunchRehearsalTest {

  private static final long MODULE = 3;
  private static final long FUNCTION = 17;

  private static final String TEXT =
      """
      .version 7.0
      .target sm_70
      .address_size 64
      .visible .entry nothing(.param .u64 there)
      {
        ret;
      }
      """;

  private final LoadedModules modules = new LoadedModules(new Notices(DropinSettings.Log.OFF));

  @Test
  void theMadeUpKernelIsUnderstood() {
    ParameterAccess[][] uses = LaunchRehearsal.readMadeUp().orElseThrow();

    assertThat(uses[0]).containsExactly(READ_ONLY);
    assertThat(uses[1]).containsExactly(READ_WRITE);
  }

  private void load(String text) {
    modules.loaded(MODULE, text.getBytes(StandardCharsets.US_ASCII));
    modules.lookedUp(FUNCTION, MODULE, "nothing");
  }

  @Test
  void whatWasLookedUpIsReadAhead() {
    assertThat(modules.readAhead()).isFalse();
    load(TEXT);

    assertThat(modules.waitingBytes()).isEqualTo(TEXT.length());
    assertThat(modules.readAhead()).isTrue();
    assertThat(modules.waitingBytes()).isZero();
  }

  @Test
  void aLongTextIsLeftUntilOneOfItsKernelsIsLaunched() {
    load(TEXT + "\n".repeat(LoadedModules.MOST_BYTES_AHEAD));

    assertThat(modules.readAhead()).isFalse();
    assertThat(modules.waitingBytes()).isPositive();
    assertThat(modules.uses(FUNCTION)).isNotNull();
  }
}
