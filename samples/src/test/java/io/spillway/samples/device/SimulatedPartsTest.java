package io.spillway.samples.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.GpuModel;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The simulator's forms of the kernels whose accesses are known. */
class SimulatedPartsTest {

  @Test
  void aWordOfEachPageOfTheirPartsChanges() {
    try (Machine machine = Devices.simulate(GpuModel.h200(), true)) {
      AddressRange range = machine.driver().allocateManaged(2 * ByteSize.MIB);
      Parts parts = new Parts(range, 1, 3);
      machine.writeParts(parts, 40, StreamHandle.DEFAULT);
      machine.addParts(parts, 2, StreamHandle.DEFAULT);
      machine.readParts(parts, StreamHandle.DEFAULT);
      machine.driver().synchronize(StreamHandle.DEFAULT);
      MemorySegment words = machine.driver().hostView(range);
      for (long offset = 0; offset < range.bytes(); offset += Long.BYTES) {
        boolean touched = offset / Parts.BYTES % 3 == 1 && offset % 4_096 == 0;
        assertThat(words.get(ValueLayout.JAVA_LONG, offset)).isEqualTo(touched ? 42 : 0);
      }
      machine.driver().free(range);
    }
  }
}
