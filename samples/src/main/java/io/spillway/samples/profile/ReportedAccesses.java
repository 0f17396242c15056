package io.spillway.samples.profile;

import io.spillway.access.AccessEvent;
import io.spillway.profile.FaultAccess;
import io.spillway.profile.FaultEvent;
import io.spillway.profile.KernelEvent;
import io.spillway.profile.Processor;
import io.spillway.profile.RecordingEvent;
import io.spillway.profile.TransferEvent;
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
 * What a recording reports of one launch.
 *
 * @param kernelRuns how often its kernel ran
 * @param parts the parts that its device faults lie in
 * @param faultsByAccess its device faults
 * @param bytesToDevice what was moved for it
 * @param faultsOfNobody device faults in its range that no launch is said to have made
 */
record ReportedAccesses(
    int kernelRuns,
    BitSet parts,
    Map<FaultAccess, Long> faultsByAccess,
    long bytesToDevice,
    long faultsOfNobody) {

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

  /** Finds the launch with that label, and what is reported of it in that range. */
  static ReportedAccesses of(List<RecordedEvent> events, String label, Parts known) {
    long sequence = sequence(events, label);
    int kernelRuns = 0;
    BitSet parts = new BitSet();
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
          parts.set(
              Math.toIntExact((event.getLong("address") - known.range().address()) / Parts.BYTES));
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
    return new ReportedAccesses(kernelRuns, parts, faultsByAccess, bytesToDevice, faultsOfNobody);
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
