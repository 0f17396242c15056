package io.spillway.samples.profile;

import io.spillway.access.AccessEvent;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Columns;
import io.spillway.profile.FaultAccess;
import io.spillway.profile.FaultEvent;
import io.spillway.profile.KernelEvent;
import io.spillway.profile.Processor;
import io.spillway.profile.Profile;
import io.spillway.profile.RecordingEvent;
import io.spillway.profile.TransferEvent;
import io.spillway.range.Blocks;
import io.spillway.samples.device.Parts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * What a recording reports of one launch and its allocation, of which there is no other launch.
 *
 * @param kernelRuns how often its kernel ran
 * @param parts the parts that its profile says the device faulted on
 * @param writtenParts those of them that it says were faulted on to write
 * @param faultsByAccess its device faults, as the tool counts them: CUPTI a batch as one
 * @param bytesToDevice what was moved for it
 * @param faultsOfNobody device faults in its range that no launch is said to have made
 */
record ReportedAccesses(
    int kernelRuns,
    BitSet parts,
    BitSet writtenParts,
    Map<FaultAccess, Long> faultsByAccess,
    long bytesToDevice,
    long faultsOfNobody) {

  /** Parts of one of the driver's blocks. */
  static final int PARTS_OF_BLOCK = (int) (Blocks.BYTES / Parts.BYTES);

  /** Every event of a recording. */
  static List<RecordedEvent> read(Path recording) throws IOException {
    return RecordingFile.readAllEvents(recording);
  }

  /** With what it was recorded, and what is missing. */
  static String source(List<RecordedEvent> events) {
    for (RecordedEvent event : events) {
      if (is(event, RecordingEvent.NAME)) {
        return event.getString("tool") + "; missing: " + event.getString("missing");
      }
    }
    return "nothing says what it was recorded with";
  }

  /** Finds the launch and the allocation with that label, and what is reported of it there. */
  static ReportedAccesses of(
      List<RecordedEvent> events, Profile profile, String label, Parts known) {
    long sequence = sequence(events, label);
    Columns<BlockMeasure> blocks = blocks(profile, label);
    int kernelRuns = 0;
    Map<FaultAccess, Long> faultsByAccess = new EnumMap<>(FaultAccess.class);
    long bytesToDevice = 0;
    long faultsOfNobody = 0;
    for (RecordedEvent event : events) {
      if (is(event, KernelEvent.NAME) && event.getLong("sequence") == sequence) {
        kernelRuns++;
      } else if (is(event, FaultEvent.NAME)
          && event.getString("processor").equals(Processor.GPU.name())
          && known.range().contains(event.getLong("address"))) {
        if (event.getLong("sequence") == sequence) {
          faultsByAccess.merge(FaultAccess.valueOf(event.getString("access")), 1L, Long::sum);
        } else {
          faultsOfNobody++;
        }
      } else if (is(event, TransferEvent.NAME)
          && event.getLong("sequence") == sequence
          && event.getString("direction").equals("TO_DEVICE")
          && known.range().contains(event.getLong("address"))) {
        bytesToDevice += event.getLong("bytes");
      }
    }
    return new ReportedAccesses(
        kernelRuns,
        parts(blocks, BlockMeasure.FAULTED_PARTS),
        parts(blocks, BlockMeasure.WRITE_FAULTED_PARTS),
        faultsByAccess,
        bytesToDevice,
        faultsOfNobody);
  }

  private static Columns<BlockMeasure> blocks(Profile profile, String label) {
    for (AllocationProfile allocation : profile.allocations()) {
      if (allocation.label().equals(label)) {
        return allocation.blocks();
      }
    }
    throw new IllegalStateException("the recording has no allocation '" + label + "'");
  }

  /** A profile's measure has a bit for each part of a block. */
  private static BitSet parts(Columns<BlockMeasure> blocks, BlockMeasure measure) {
    BitSet parts = new BitSet();
    for (int block = 0; block < blocks.rows(); block++) {
      for (int part : BitSet.valueOf(new long[] {blocks.get(measure, block)}).stream().toArray()) {
        parts.set(block * PARTS_OF_BLOCK + part);
      }
    }
    return parts;
  }

  private static long sequence(List<RecordedEvent> events, String label) {
    for (RecordedEvent event : events) {
      if (is(event, AccessEvent.NAME) && event.getString("launch").equals(label)) {
        return event.getLong("sequence");
      }
    }
    throw new IllegalStateException("the recording has no launch '" + label + "'");
  }

  private static boolean is(RecordedEvent event, String name) {
    return event.getEventType().getName().equals(name);
  }
}
