package io.spillway.advise;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.advise.replay.LapReplay;
import io.spillway.allocate.MemoryKind;
import io.spillway.profile.Direction;
import io.spillway.profile.FaultAccess;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.Processor;
import io.spillway.profile.ProfileFolder;
import io.spillway.profile.TransferCause;
import io.spillway.range.Blocks;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What scopes declare counts, whether or not what the device did is of known launches. */
class DeclaredScopesTest {

  private static final int LAYERS = 24;
  private static final long LAYER_BYTES = 256L << 20;
  private static final long DEVICE_BYTES = 139L << 30;
  private static final long BUDGET_BYTES = 2L << 30;
  private static final int RESIDENT_LAYERS = (int) (BUDGET_BYTES / LAYER_BYTES);
  private static final int LAPS = 6;
  private static final long NOBODY = -1;
  private static final long FIRST_ADDRESS = 1L << 40;

  /** What a tool may tell of a block that a launch touches. */
  enum Trace {
    FAULT,
    FAULTED_IN,
    PREFETCHED,
    /** Of a block that makes room. */
    EVICTED
  }

  private final ProfileFolder folder = new ProfileFolder();
  private long nanos;
  private long sequence;

  private static long address(int layer) {
    return FIRST_ADDRESS + layer * LAYER_BYTES;
  }

  /** As a recording on a card tells it: the link's rates, and no others. */
  private void machine() {
    folder.recording(
        "cupti 13.0",
        "",
        new MachineFigures(
            "NVIDIA H200", false, DEVICE_BYTES, BUDGET_BYTES, 53e9, 18e9, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  @BeforeEach
  void allocate() {
    machine();
    for (int layer = 0; layer < LAYERS; layer++) {
      folder.allocation(
          nanos++,
          address(layer),
          LAYER_BYTES,
          LAYER_BYTES,
          MemoryKind.MANAGED,
          "Demo.allocate:10#" + layer,
          "layer " + layer,
          layer);
    }
  }

  /** One launch; each device event is of no known launch. */
  private void launch(int layer, AccessKind kind, Set<Trace> traced) {
    folder.access(nanos++, sequence++, "layer", layer, address(layer), LAYER_BYTES, kind);
    folder.kernel(nanos, NOBODY, "read", nanos, nanos + 1000);
    for (long at = 0; at < LAYER_BYTES; at += Blocks.BYTES) {
      for (Trace each : traced) {
        event(each, layer, at);
      }
      nanos += 1000;
    }
  }

  private void event(Trace event, int layer, long at) {
    long evicted = address(Math.floorMod(layer - RESIDENT_LAYERS, LAYERS)) + at;
    switch (event) {
      case FAULT ->
          folder.fault(
              nanos,
              Processor.GPU,
              FaultAccess.READ,
              address(layer) + at,
              1,
              0,
              nanos,
              nanos + 100,
              NOBODY);
      case FAULTED_IN -> in(TransferCause.COHERENCE, address(layer) + at);
      case PREFETCHED -> in(TransferCause.PREFETCH, address(layer) + at);
      case EVICTED ->
          folder.transfer(
              nanos,
              Direction.TO_HOST,
              TransferCause.EVICTION,
              evicted,
              Blocks.BYTES,
              nanos,
              nanos + 100,
              NOBODY);
    }
  }

  private void in(TransferCause cause, long at) {
    folder.transfer(
        nanos, Direction.TO_DEVICE, cause, at, Blocks.BYTES, nanos, nanos + 100, NOBODY);
  }

  private void laps(AccessKind kind, Set<Trace> traced) {
    for (int lap = 0; lap < LAPS; lap++) {
      for (int layer = 0; layer < LAYERS; layer++) {
        launch(layer, kind, traced);
      }
    }
  }

  private Recommendation advice() {
    return new Advisor(Rules.standard(), LapReplay::of).advise(folder.finish());
  }

  static List<Set<Trace>> whatMayBeRecorded() {
    return List.of(
        Set.of(),
        Set.of(Trace.FAULT),
        Set.of(Trace.FAULT, Trace.FAULTED_IN),
        Set.of(Trace.FAULT, Trace.FAULTED_IN, Trace.EVICTED),
        Set.of(Trace.FAULTED_IN, Trace.EVICTED),
        Set.of(Trace.PREFETCHED),
        Set.of(Trace.PREFETCHED, Trace.EVICTED));
  }

  @ParameterizedTest
  @MethodSource("whatMayBeRecorded")
  void whatScopesOnlyReadIsAdvisedAsReadMostly(Set<Trace> traced) {
    if (!traced.isEmpty()) {
      event(Trace.FAULT, 0, 0); // so that the recording is one that tells of faults
    }
    laps(AccessKind.READ, traced);

    Recommendation advice = advice();

    assertThat(advice.hints())
        .extracting(kept -> kept.hint().allocation())
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, LAYERS).boxed().toList());
    assertThat(advice.hints())
        .allSatisfy(
            kept -> {
              assertThat(kept.hint().treatment()).isEqualTo(Treatment.READ_MOSTLY);
              assertThat(kept.hint().basis()).isEqualTo(Basis.DECLARED);
            });
  }

  @Test
  void whatScopesWriteIsNot() {
    laps(AccessKind.READ_WRITE, Set.of(Trace.FAULT, Trace.FAULTED_IN, Trace.EVICTED));
    assertThat(advice().hints())
        .noneMatch(kept -> kept.hint().treatment() == Treatment.READ_MOSTLY);
  }

  @Test
  void whatCameOnceAndStayedIsNot() {
    for (int layer = 0; layer < LAYERS; layer++) {
      launch(layer, AccessKind.READ, Set.of(Trace.FAULT, Trace.FAULTED_IN));
    }
    laps(AccessKind.READ, Set.of());
    assertThat(advice().hints()).isEmpty();
  }
}
