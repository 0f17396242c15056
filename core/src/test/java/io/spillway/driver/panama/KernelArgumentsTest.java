package io.spillway.driver.panama;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Launch arguments in the form the driver reads, and launch shapes it would refuse. */
class KernelArgumentsTest {

  @Test
  void pointersLeadToValues() {
    KernelArguments.Builder builder =
        KernelArguments.builder()
            .pointer(new AddressRange(0x10000, 64))
            .int32(-7)
            .int64(1L << 40)
            .float32(1.5f)
            .float64(-2.25);
    for (int i = 0; i < 20; i++) {
      builder.int32(i);
    }
    KernelArguments arguments = builder.build();

    MemorySegment pointers = arguments.toNative();

    assertThat(arguments.count()).isEqualTo(25);
    assertThat(at(pointers, 0).get(JAVA_LONG, 0)).isEqualTo(0x10000);
    assertThat(at(pointers, 1).get(JAVA_INT, 0)).isEqualTo(-7);
    assertThat(at(pointers, 2).get(JAVA_LONG, 0)).isEqualTo(1L << 40);
    assertThat(at(pointers, 3).get(JAVA_FLOAT, 0)).isEqualTo(1.5f);
    assertThat(at(pointers, 4).get(JAVA_DOUBLE, 0)).isEqualTo(-2.25);
    assertThat(at(pointers, 24).get(JAVA_INT, 0)).isEqualTo(19);
  }

  @Test
  void emptyDimensionsAreRefused() {
    assertThatThrownBy(() -> LaunchGeometry.linear(0, 128))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("grid 0 x 1 x 1 of blocks 128 x 1 x 1: every dimension must be at least 1");
    assertThatThrownBy(() -> new LaunchGeometry(1, 1, 1, 1, 1, 1, -1))
        .hasMessage("shared memory of -1 bytes: must not be negative");
  }

  /** What the pointer of that index leads to, read inside the block it must lie in. */
  private static MemorySegment at(MemorySegment pointers, int index) {
    long offset = pointers.getAtIndex(JAVA_LONG, index) - pointers.address();
    return pointers.asSlice(offset, Long.BYTES);
  }
}
