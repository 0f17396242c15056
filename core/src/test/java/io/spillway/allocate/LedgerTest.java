package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {

  private static LiveAllocation entry(long address, long bytes, MemoryKind kind, long ordinal) {
    return new LiveAllocation(
        new AddressRange(address, bytes), kind, bytes, "", "", ordinal, List.of(), null);
  }

  private static LiveAllocation labelled(long address, long bytes, String label) {
    return new LiveAllocation(
        new AddressRange(address, bytes),
        MemoryKind.MANAGED,
        bytes,
        label,
        label,
        7,
        List.of(),
        null);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void agreesWithAList(long seed) {
    Random random = new Random(seed);
    Ledger ledger = new Ledger();
    List<LiveAllocation> model = new ArrayList<>();
    int span = 1 << 14;
    List<MemoryKind> kinds = List.of(MemoryKind.values());
    int addOdds = 80;
    for (int step = 0; step < 40_000; step++) {
      // Odds flip at the limits, so that the ledger swings between full and empty.
      if (model.size() > 1_500) {
        addOdds = 20;
      } else if (model.isEmpty()) {
        addOdds = 80;
      }
      if (model.isEmpty() || random.nextInt(100) < addOdds) {
        long bytes = 1L + random.nextInt(8);
        AddressRange range = new AddressRange(1 + random.nextInt(span), bytes);
        if (model.stream().noneMatch(e -> e.range().overlaps(range))) {
          MemoryKind kind = kinds.get(random.nextInt(kinds.size()));
          LiveAllocation added = entry(range.address(), bytes, kind, step);
          assertEquals(List.of(), ledger.add(added));
          model.add(added);
        }
      } else {
        LiveAllocation gone = model.remove(random.nextInt(model.size()));
        assertSame(gone, ledger.beginFree(gone.range().address()));
        if (random.nextInt(8) == 0) {
          ledger.reinstate(gone);
          assertTrue(gone.isLive());
          model.add(gone);
        }
      }
      long probe = 1L + random.nextInt(span + 16);
      assertSame(naiveFind(model, probe), ledger.find(probe));
      if (step % 500 == 0) {
        compareWhole(ledger, model, random, span);
      }
    }
  }

  private static @Nullable LiveAllocation naiveFind(List<LiveAllocation> model, long address) {
    for (LiveAllocation entry : model) {
      if (entry.range().contains(address)) {
        return entry;
      }
    }
    return null;
  }

  private static void compareWhole(
      Ledger ledger, List<LiveAllocation> model, Random random, int span) {
    List<LiveAllocation> sorted = new ArrayList<>(model);
    sorted.sort(Comparator.comparing(LiveAllocation::range));
    assertEquals(sorted, ledger.snapshot());
    AddressRange window = new AddressRange(1 + random.nextInt(span), 1 + random.nextInt(4_000));
    assertEquals(
        sorted.stream().filter(e -> e.range().overlaps(window)).toList(),
        ledger.overlapping(window));
    for (MemoryKind kind : MemoryKind.values()) {
      List<LiveAllocation> ofKind = model.stream().filter(e -> e.kind() == kind).toList();
      assertEquals(ofKind.size(), ledger.liveCount(kind));
      assertEquals(ofKind.stream().mapToLong(e -> e.range().bytes()).sum(), ledger.liveBytes(kind));
    }
  }

  @Test
  void whatCannotBeFreedIsNotPutBackWhereOthersAreByNow() {
    Ledger ledger = new Ledger();
    ledger.add(labelled(0x200000, 4 << 20, "freed without Spillway"));
    LiveAllocation gone = ledger.beginFree(0x200000);
    LiveAllocation next = labelled(0x400000, 2 << 20, "next");
    ledger.add(next);

    assertFalse(ledger.reinstate(gone));

    assertNull(ledger.find(0x200000));
    assertSame(next, ledger.find(0x400000));
    assertEquals(2 << 20, ledger.liveBytes(MemoryKind.MANAGED));
    assertFalse(gone.isLive());
  }

  @Test
  void aForeignAddressIsNamed() {
    Ledger ledger = new Ledger();
    ForeignAddressException refusal =
        assertThrows(ForeignAddressException.class, () -> ledger.beginFree(0xdead0000L));
    assertEquals(
        "free of 0xdead0000 refused: Spillway did not allocate it; free it where it was allocated",
        refusal.getMessage());
    assertEquals(0xdead0000L, refusal.address());
    assertTrue(refusal.enclosing().isEmpty());
  }

  @Test
  void anInteriorAddressIsNamedWithWhatItLiesIn() {
    Ledger ledger = new Ledger();
    LiveAllocation weights = labelled(0x200000, 4 << 20, "weights");
    ledger.add(weights);
    ForeignAddressException refusal =
        assertThrows(ForeignAddressException.class, () -> ledger.beginFree(0x200010));
    assertEquals(
        "free of 0x200010 refused: it lies 16 bytes inside managed memory [0x200000, +4 MiB)"
            + " 'weights', allocation #7; free the address that the allocation returned, 0x200000",
        refusal.getMessage());
    assertSame(weights, refusal.enclosing().orElseThrow());
    assertSame(weights, ledger.find(0x200010));
  }

  @Test
  void aSecondFreeIsNamedWithWhatWasFreedAndWhen() {
    AtomicLong now = new AtomicLong(1_000);
    Ledger ledger = new Ledger(now::get, Ledger.MOST_PIN_WAIT_NANOS);
    ledger.add(labelled(0x200000, 4 << 20, "weights"));
    ledger.beginFree(0x200000);
    now.addAndGet(1_500_000_000L);
    AlreadyFreedException refusal =
        assertThrows(AlreadyFreedException.class, () -> ledger.beginFree(0x200000));
    assertEquals(
        "free of 0x200000 refused: it was managed memory [0x200000, +4 MiB) 'weights', allocation"
            + " #7, freed 1500 ms ago; drop the second free",
        refusal.getMessage());
    assertEquals(
        "free of 0x200001 refused: it lay inside managed memory [0x200000, +4 MiB) 'weights',"
            + " allocation #7, freed 1500 ms ago; drop the second free",
        assertThrows(AlreadyFreedException.class, () -> ledger.beginFree(0x200001)).getMessage());
  }

  @Test
  void theLastOwnerOfAReusedAddressIsNamed() {
    Ledger ledger = new Ledger(() -> 0, Ledger.MOST_PIN_WAIT_NANOS);
    ledger.add(labelled(0x200000, 4 << 20, "old"));
    ledger.beginFree(0x200000);
    ledger.add(labelled(0x200000, 2 << 20, "new"));
    ledger.beginFree(0x200000);
    assertEquals(
        "free of 0x200000 refused: it was managed memory [0x200000, +2 MiB) 'new', allocation #7,"
            + " freed 0 us ago; drop the second free",
        assertThrows(AlreadyFreedException.class, () -> ledger.beginFree(0x200000)).getMessage());
  }

  @Test
  void onlyTheLatestFreesAreRemembered() {
    Ledger ledger = new Ledger();
    for (int i = 0; i <= Ledger.REMEMBERED_FREES; i++) {
      ledger.add(entry(1 + i, 1, MemoryKind.DEVICE, i));
      ledger.beginFree(1 + i);
    }
    assertThrows(ForeignAddressException.class, () -> ledger.beginFree(1));
    assertThrows(AlreadyFreedException.class, () -> ledger.beginFree(2));
  }

  @Test
  void entriesFreedBehindItsBackAreDropped() {
    Ledger ledger = new Ledger();
    LiveAllocation first = entry(100, 50, MemoryKind.DEVICE, 0);
    LiveAllocation second = entry(150, 50, MemoryKind.MANAGED, 1);
    LiveAllocation kept = entry(200, 50, MemoryKind.DEVICE, 2);
    ledger.add(first);
    ledger.add(second);
    ledger.add(kept);
    LiveAllocation reuser = entry(120, 80, MemoryKind.DEVICE, 3);
    assertEquals(List.of(first, second), ledger.add(reuser));
    assertEquals(List.of(reuser, kept), ledger.snapshot());
    assertFalse(first.tryPin());
    assertNull(ledger.find(110));
    assertEquals(130, ledger.liveBytes(MemoryKind.DEVICE));
    assertEquals(0, ledger.liveBytes(MemoryKind.MANAGED));
  }

  @Test
  void aFreeWaitsForPinsAndRefusesNewOnes() throws Exception {
    Ledger ledger = new Ledger();
    LiveAllocation entry = entry(100, 50, MemoryKind.MANAGED, 0);
    ledger.add(entry);
    assertTrue(entry.tryPin());
    assertTrue(entry.tryPin());
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<LiveAllocation> free = other.submit(() -> ledger.beginFree(100));
      while (entry.isLive()) {
        Thread.onSpinWait();
      }
      assertFalse(entry.tryPin());
      assertEquals(
          "free of 0x64 refused: another thread is freeing managed memory [0x64, +50 B), allocation"
              + " #0; drop the second free",
          assertThrows(AlreadyFreedException.class, () -> ledger.beginFree(100)).getMessage());
      entry.unpin();
      // One pin is left: a free that did not wait for it would return within microseconds.
      assertThrows(TimeoutException.class, () -> free.get(50, TimeUnit.MILLISECONDS));
      assertSame(entry, ledger.find(120));
      entry.unpin();
      assertSame(entry, free.get());
    }
    assertNull(ledger.find(120));
  }

  @Test
  void aPinThatStaysMakesTheFreeGiveUp() {
    Ledger ledger = new Ledger(System::nanoTime, 1_000_000L);
    LiveAllocation entry = labelled(0x200000, 4 << 20, "weights");
    ledger.add(entry);
    assertTrue(entry.tryPin());
    assertEquals(
        "free of managed memory [0x200000, +4 MiB) 'weights', allocation #7 refused: 1 hint call"
            + " still holds it after 1 ms; it stays live, free it again once it returned",
        assertThrows(AllocationPinnedException.class, () -> ledger.beginFree(0x200000))
            .getMessage());
    assertTrue(entry.isLive());
    assertTrue(entry.tryPin());
    assertEquals(
        "free of managed memory [0x200000, +4 MiB) 'weights', allocation #7 refused: 2 hint calls"
            + " still hold it after 1 ms; it stays live, free it again once they returned",
        assertThrows(AllocationPinnedException.class, () -> ledger.beginFree(0x200000))
            .getMessage());
    entry.unpin();
    entry.unpin();
    assertSame(entry, ledger.beginFree(0x200000));
  }

  @Test
  void unpinNeedsAPin() {
    assertThrows(IllegalStateException.class, () -> entry(1, 1, MemoryKind.DEVICE, 0).unpin());
  }

  /** Sixteen threads, each with its own addresses, beside readers of everybody's. */
  @Test
  void sixteenThreadsDoNotDisturbEachOther() throws Exception {
    int threads = 16;
    int rounds = 2_000;
    int slots = 64;
    long stride = 1L << 10;
    Ledger ledger = new Ledger();
    CountDownLatch start = new CountDownLatch(threads);
    AtomicBoolean freedWhilePinned = new AtomicBoolean();
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int thread = t;
        done.add(
            executor.submit(
                () -> {
                  Random random = new Random(thread);
                  @Nullable LiveAllocation[] own = new @Nullable LiveAllocation[slots];
                  start.countDown();
                  start.await();
                  for (int round = 0; round < rounds; round++) {
                    int slot = random.nextInt(slots);
                    // Interleaved, so that every leaf has entries of every thread.
                    long address = 1 + (slot * (long) threads + thread) * stride;
                    LiveAllocation mine = own[slot];
                    if (mine == null) {
                      own[slot] = entry(address, stride, MemoryKind.MANAGED, round);
                      assertEquals(List.of(), ledger.add(own[slot]));
                    } else {
                      assertSame(mine, ledger.find(address + random.nextInt((int) stride)));
                      assertSame(mine, ledger.beginFree(address));
                      own[slot] = null;
                    }
                    long any = 1 + random.nextLong(stride * slots * threads);
                    LiveAllocation other = ledger.find(any);
                    if (other != null && other.tryPin()) {
                      // Held: it must still be found until it is let go.
                      if (ledger.find(any) != other) {
                        freedWhilePinned.set(true);
                      }
                      other.unpin();
                    }
                  }
                  for (LiveAllocation left : own) {
                    if (left != null) {
                      ledger.beginFree(left.range().address());
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
    assertFalse(freedWhilePinned.get());
    assertEquals(List.of(), ledger.snapshot());
    assertEquals(0, ledger.liveBytes(MemoryKind.MANAGED));
    assertEquals(0, ledger.liveCount(MemoryKind.MANAGED));
  }

  @Test
  void closedItTakesNothingInAndWhatIsLiveCanStillBeFreed() {
    Ledger ledger = new Ledger();
    LiveAllocation live = entry(0x200000, 100, MemoryKind.DEVICE, 0);
    ledger.add(live);

    assertTrue(ledger.close());

    assertEquals(
        "this allocator is closed",
        assertThrows(
                IllegalStateException.class,
                () -> ledger.add(entry(0x400000, 100, MemoryKind.DEVICE, 1)))
            .getMessage());
    assertEquals(List.of(live), ledger.snapshot());
    assertEquals(100, ledger.liveBytes(MemoryKind.DEVICE));
    assertFalse(ledger.close(), "twice");
    ledger.reinstate(ledger.beginFree(0x200000)); // the driver refused
    assertSame(live, ledger.beginFree(0x200000));
    assertEquals(List.of(), ledger.snapshot());
  }
}
