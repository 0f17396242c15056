package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.range.ByteSize;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What plugins are told, and of which launches. */
final class SessionPluginTest extends SessionFixture {

  @Test
  void aPluginThatCannotJoinLeavesNothingBehind() {
    SessionPlugin broken =
        new SessionPlugin() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public SessionListener attach(SessionContext context) {
            throw new IllegalStateException("no thanks");
          }
        };
    assertThatThrownBy(
            () ->
                Spillway.open(
                    SpillwayConfig.builder()
                        .driver(driver)
                        .plugins(List.of(witness, broken))
                        .build()))
        .hasMessage("no thanks");
    assertThat(witness.told).hasSize(2).endsWith("close");
  }

  @Test
  void pluginsHearOfLaunchesFreesAndTheEnd() {
    Spillway spillway = open();
    Allocation weights = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "weights");
    Allocation state = spillway.allocate(2 * ByteSize.MIB, Placement.MANAGED, "state");
    try (var scope =
        spillway.launch("layer", 3).reads(weights, 0, 4 * ByteSize.MIB).updates(state)) {
      assertThat(scope).isNotNull();
    }
    state.close();
    state.close();
    spillway.close();
    spillway.close();
    assertThat(witness.told)
        .containsExactly(
            "attach 64 MiB",
            "layer 3 READ 4 MiB",
            "layer 3 READ_WRITE 2 MiB",
            "issued 0",
            "freeing 2 MiB",
            "close");
    assertThat(weights.bytes()).isEqualTo(8 * ByteSize.MIB);
  }

  @Test
  void scopesRefuseWhatComesTooLateOrLiesOutside() {
    try (Spillway spillway = open();
        Allocation weights = spillway.allocate(8 * ByteSize.MIB, Placement.MANAGED, "weights")) {
      LaunchScope scope = spillway.launch("layer", 7).reads(weights);
      assertThatThrownBy(() -> scope.on(StreamHandle.DEFAULT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("launch 'layer' 7: name the stream before the first range");
      assertThatThrownBy(() -> scope.reads(weights, 8 * ByteSize.MIB, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      scope.close();
      scope.close();
      assertThatThrownBy(() -> scope.reads(weights))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("launch 'layer' 7: its scope is closed");
    }
  }
}
