package io.spillway.allocate;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.ChunkEvents;
import io.spillway.driver.panama.Jvm;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings tell what is allocated, whenever they begin. */
class AllocationEventTest {

  private static final long GIB = ByteSize.GIB;
  private static final Set<String> NAMES = Set.of(AllocationEvent.NAME, FreeEvent.NAME);

  @TempDir Path directory;
  private Allocator allocator;

  @BeforeEach
  void allocator() {
    FakeHost host = new FakeHost(directory).memory(64 * 1024, 64 * 1024);
    allocator = Allocator.builder(new FakeDriver(16 * GIB)).hostMemoryGuard(host.guard()).build();
  }

  private List<RecordedEvent> recorded(Runnable work) throws IOException {
    Path file = directory.resolve("allocations.jfr");
    try (Recording recording = new Recording()) {
      recording.enable(AllocationEvent.NAME);
      recording.enable(FreeEvent.NAME);
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    // Other events of Spillway are on unless they are switched off.
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> NAMES.contains(event.getEventType().getName()))
        .toList();
  }

  private static List<String> told(List<RecordedEvent> events) {
    return events.stream()
        .map(event -> event.getEventType().getLabel() + " " + event.getLong("address"))
        .toList();
  }

  @Test
  void anAllocationAndItsFreeAreToldInOrder() throws IOException {
    long[] address = new long[1];
    List<RecordedEvent> events =
        recorded(
            () -> {
              LiveAllocation made =
                  allocator.allocate(AllocationRequest.of(18 * GIB + 5, "weights"));
              address[0] = made.range().address();
              allocator.free(address[0]);
            });
    assertThat(told(events)).containsExactly("Allocation " + address[0], "Free " + address[0]);
    RecordedEvent made = events.getFirst();
    assertThat(made.getLong("requestedBytes")).isEqualTo(18 * GIB + 5);
    assertThat(made.getLong("bytes")).isEqualTo(18 * GIB + 2 * ByteSize.MIB);
    assertThat(made.getString("kind")).isEqualTo("MANAGED");
    assertThat(made.getString("label")).isEqualTo("weights");
    assertThat(made.getString("site")).isEqualTo("weights");
    assertThat(made.getLong("ordinal")).isZero();
    assertThat(events.getLast().getLong("bytes")).isEqualTo(18 * GIB + 2 * ByteSize.MIB);
  }

  @Test
  void plainMemoryIsToldWithTheLineThatAllocatesIt() throws IOException {
    List<RecordedEvent> events = recorded(() -> allocator.allocate(AllocationRequest.of(GIB, "")));
    assertThat(events).hasSize(1);
    assertThat(events.getFirst().getString("kind")).isEqualTo("DEVICE");
    assertThat(events.getFirst().getString("site")).endsWith("#0, 1 GiB").doesNotStartWith("#");
    // Where nobody records it is not looked for.
    assertThat(allocator.allocate(AllocationRequest.of(GIB, "")).site()).isEqualTo("#1, 1 GiB");
  }

  @Test
  void aRefusedFreeIsTakenBack() throws IOException {
    LiveAllocation made = allocator.allocate(AllocationRequest.of(GIB, "kept"));
    List<RecordedEvent> events =
        recorded(
            () -> {
              try {
                allocator.free(made.range().address(), new Refusing());
              } catch (IllegalStateException e) {
                assertThat(e).hasMessage("refused");
              }
            });
    long address = made.range().address();
    assertThat(told(events)).containsExactly("Free " + address, "Allocation " + address);
  }

  private static final class Refusing implements AllocationCalls {
    @Override
    public AddressRange allocateDevice(long bytes) {
      throw new IllegalStateException("refused");
    }

    @Override
    public AddressRange allocateManaged(long bytes) {
      throw new IllegalStateException("refused");
    }

    @Override
    public void free(AddressRange range) {
      throw new IllegalStateException("refused");
    }
  }

  @Test
  void whatIsLiveIsToldAgainInEachChunkUntilClosed() throws IOException {
    LiveAllocation kept = allocator.allocate(AllocationRequest.of(GIB, "kept"));
    LiveAllocation gone = allocator.allocate(AllocationRequest.of(GIB, "gone"));
    allocator.free(gone.range().address());
    String told = "Allocation " + kept.range().address();
    try (ChunkEvents chunks = AllocationEvent.inEachChunk(allocator.ledger())) {
      assertThat(told(recorded(() -> {}))).containsExactly(told);
      assertThat(told(recorded(AllocationEventTest::nextChunk)))
          .hasSizeGreaterThan(1)
          .containsOnly(told);
    }
    assertThat(recorded(() -> {})).isEmpty();
  }

  /** A second recording begins and ends, which begins a chunk each time or once. */
  private static void nextChunk() {
    try (Recording other = new Recording()) {
      other.start();
    }
  }

  /** Starting the flight recorder takes 150 ms, which a program that is not recorded is spared. */
  @Test
  void nobodyStartsTheFlightRecorderForThis() {
    String output =
        Jvm.run(
            List.of(), Map.of(), System.getProperty("java.class.path"), UnrecordedProgram.class);
    assertThat(output).isEqualTo("initialized: false, then true");
  }

  /** A program that is recorded only after a while. */
  static final class UnrecordedProgram {
    private UnrecordedProgram() {}

    /** Prints whether the flight recorder is up before and after somebody starts it. */
    public static void main(String[] arguments) {
      Allocator allocator = Allocator.builder(new FakeDriver(16 * GIB)).build();
      try (ChunkEvents chunks = AllocationEvent.inEachChunk(allocator.ledger())) {
        allocator.free(allocator.allocate(AllocationRequest.of(GIB, "a")).range().address());
        boolean before = FlightRecorder.isInitialized();
        FlightRecorder.getFlightRecorder();
        System.out.println("initialized: " + before + ", then " + FlightRecorder.isInitialized());
      }
    }
  }
}
