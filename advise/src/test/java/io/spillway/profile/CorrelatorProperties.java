package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.profile.cupti.Activity;
import io.spillway.profile.cupti.CallActivity;
import io.spillway.profile.cupti.KernelActivity;
import io.spillway.profile.cupti.MemoryActivity;
import io.spillway.profile.cupti.MemoryCounter;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The correlator against one that knows everything at once. */
class CorrelatorProperties {

  private static final int DEVICE = 0;
  private static final long PAGE = 4_096;

  /** A launch's number and what it touches; none if that is not known. */
  private record Launched(long sequence, List<AddressRange> ranges) {}

  /** A program's run, as CUPTI and the recorder would tell of it. */
  private record Story(
      Map<Integer, Launched> launchByCorrelation,
      List<KernelActivity> kernels,
      List<MemoryActivity> memory) {

    List<Activity> activities() {
      List<Activity> all = new ArrayList<>();
      launchByCorrelation.forEach(
          (correlation, launch) -> all.add(new CallActivity(correlation, launch.sequence)));
      all.addAll(kernels);
      all.addAll(memory);
      return all;
    }
  }

  /** Kernels of up to {@code longest} on a few streams, and faults and transfers among them. */
  private static Story story(Random random, long span, long longest) {
    Map<Integer, Launched> launches = new HashMap<>();
    List<KernelActivity> kernels = new ArrayList<>();
    int streams = 1 + random.nextInt(3);
    for (int stream = 0; stream < streams; stream++) {
      long at = random.nextLong(longest);
      while (at < span) {
        long end = at + random.nextLong(longest + 1);
        int correlation = kernels.size() + 1;
        kernels.add(new KernelActivity(correlation, "k", at, end, stream));
        if (random.nextInt(8) > 0) {
          launches.put(correlation, launched(random, 1_000L + correlation));
        }
        at = end + random.nextLong(longest);
      }
    }
    List<MemoryActivity> memory = new ArrayList<>();
    MemoryCounter[] counters = MemoryCounter.values();
    int count = random.nextInt(60);
    for (int i = 0; i < count; i++) {
      long start = random.nextLong(span);
      memory.add(
          new MemoryActivity(
              counters[random.nextInt(counters.length)],
              i,
              PAGE * random.nextInt(8),
              start,
              start + random.nextLong(3),
              DEVICE,
              MemoryActivity.HOST,
              random.nextInt(7)));
    }
    return new Story(launches, kernels, memory);
  }

  private static Launched launched(Random random, long sequence) {
    List<AddressRange> ranges = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      ranges.add(new AddressRange(PAGE * (1 + random.nextInt(6)), PAGE));
    }
    return new Launched(sequence, ranges);
  }

  /** All records with their launches, by looking at everything for each. */
  private static List<Attributed> naive(Story story) {
    List<Attributed> all = new ArrayList<>();
    for (KernelActivity kernel : story.kernels) {
      all.add(new Attributed(kernel, sequence(story, kernel)));
    }
    for (MemoryActivity activity : story.memory) {
      List<KernelActivity> covering =
          story.kernels.stream()
              .filter(kernel -> kernel.startNanos() <= activity.startNanos())
              .filter(kernel -> activity.startNanos() <= kernel.endNanos())
              .toList();
      List<KernelActivity> candidates =
          switch (activity.counter()) {
            case GPU_FAULT, THRASHING, THROTTLING, REMOTE_MAP ->
                touching(story, covering, activity);
            case TRANSFER_TO_DEVICE ->
                activity.flags() == 1 ? List.of() : touching(story, covering, activity);
            case TRANSFER_TO_HOST -> activity.flags() == 4 ? covering : List.of();
            case CPU_FAULT ->
                story.kernels.stream()
                    .filter(kernel -> kernel.startNanos() <= activity.startNanos())
                    .toList();
            case TRANSFER_BETWEEN_DEVICES -> List.of();
          };
      long owner =
          candidates.stream()
              .max(
                  Comparator.comparingLong(KernelActivity::startNanos)
                      .thenComparingLong(KernelActivity::endNanos)
                      .thenComparingLong(kernel -> sequence(story, kernel)))
              .map(kernel -> sequence(story, kernel))
              .orElse(Attributed.NOBODY);
      all.add(new Attributed(activity, owner));
    }
    return all;
  }

  private static long sequence(Story story, KernelActivity kernel) {
    Launched launch = story.launchByCorrelation.get(kernel.correlation());
    return launch == null ? Attributed.NOBODY : launch.sequence;
  }

  private static List<KernelActivity> touching(
      Story story, List<KernelActivity> covering, MemoryActivity activity) {
    List<KernelActivity> touching = new ArrayList<>();
    List<KernelActivity> unknown = new ArrayList<>();
    for (KernelActivity kernel : covering) {
      Launched launch = story.launchByCorrelation.get(kernel.correlation());
      if (launch == null || launch.ranges.isEmpty()) {
        unknown.add(kernel);
      } else if (launch.ranges.stream().anyMatch(range -> range.contains(activity.address()))) {
        touching.add(kernel);
      }
    }
    return !touching.isEmpty() ? touching : !unknown.isEmpty() ? unknown : covering;
  }

  private static void tellRanges(Story story, Correlator correlator) {
    for (Launched launch : story.launchByCorrelation.values()) {
      launch.ranges.forEach(range -> correlator.touches(launch.sequence, range));
    }
  }

  @Property
  void anyOrderGivesWhatKnowingEverythingGives(@ForAll Random random) {
    Story story = story(random, 1_000, 100);
    List<Attributed> told = new ArrayList<>();
    Correlator correlator =
        new Correlator(new Correlator.Limits(1L << 40, 1L << 41, 1 << 20, 1 << 20), told::add);
    tellRanges(story, correlator);
    List<Activity> activities = story.activities();
    Collections.shuffle(activities, random);
    for (Activity activity : activities) {
      correlator.accept(activity);
      if (random.nextInt(4) == 0) {
        correlator.advance();
      }
    }
    correlator.close();
    assertThat(told).containsExactlyInAnyOrderElementsOf(naive(story));
  }

  @Property
  void soDoesAStreamThatIsNotTooLate(@ForAll Random random) {
    long longest = 50;
    long late = 40;
    Story story = story(random, 3_000, longest);
    Map<Activity, Long> arrivals = new HashMap<>();
    Map<Integer, Long> starts = new HashMap<>();
    story.kernels.forEach(kernel -> starts.put(kernel.correlation(), kernel.startNanos()));
    List<Activity> activities = story.activities();
    for (Activity activity : activities) {
      long made =
          switch (activity) {
            case CallActivity call -> starts.get(call.correlation());
            case KernelActivity kernel -> kernel.endNanos();
            case MemoryActivity memory -> memory.endNanos();
          };
      arrivals.put(activity, made + random.nextLong(late));
    }
    activities.sort(Comparator.comparing(arrivals::get));
    List<Attributed> told = new ArrayList<>();
    Correlator correlator =
        new Correlator(new Correlator.Limits(longest + late, 400, 1 << 20, 1 << 20), told::add);
    tellRanges(story, correlator);
    int largest = 0;
    for (Activity activity : activities) {
      correlator.accept(activity);
      correlator.advance();
      largest = Math.max(largest, told.size());
    }
    int early = told.size();
    correlator.close();
    assertThat(told).containsExactlyInAnyOrderElementsOf(naive(story));
    assertThat(early).as("told before the end").isGreaterThan(told.size() / 4);
    assertThat(correlator.unattributed())
        .isEqualTo(
            told.stream()
                .filter(each -> each.sequence() == Attributed.NOBODY)
                .filter(
                    each -> each.activity() instanceof MemoryActivity memory && launched(memory))
                .count());
  }

  /** Whether it should belong to a launch that was running. */
  private static boolean launched(MemoryActivity memory) {
    return switch (memory.counter()) {
      case GPU_FAULT, THRASHING, THROTTLING, REMOTE_MAP -> true;
      case TRANSFER_TO_DEVICE -> memory.flags() != 1;
      case TRANSFER_TO_HOST -> memory.flags() == 4;
      case CPU_FAULT, TRANSFER_BETWEEN_DEVICES -> false;
    };
  }

  @Property
  void limitsLoseNothing(
      @ForAll Random random,
      @ForAll @IntRange(min = 2, max = 16) int mostPending,
      @ForAll @IntRange(min = 2, max = 16) int mostRuns) {
    Story story = story(random, 1_000, 100);
    List<Attributed> told = new ArrayList<>();
    Correlator correlator =
        new Correlator(new Correlator.Limits(200, 400, mostPending, mostRuns), told::add);
    List<Activity> activities = story.activities();
    Collections.shuffle(activities, random);
    int calls = story.launchByCorrelation.size();
    int given = 0;
    for (Activity activity : activities) {
      correlator.accept(activity);
      given += activity instanceof CallActivity ? 0 : 1;
      assertThat(given - told.size()).isLessThanOrEqualTo(mostPending + mostRuns);
    }
    correlator.close();
    assertThat(told)
        .extracting(Attributed::activity)
        .containsExactlyInAnyOrderElementsOf(
            activities.stream().filter(each -> !(each instanceof CallActivity)).toList());
    assertThat(activities).hasSize(given + calls);
  }

  @Test
  void ofTwoKernelsTheOneThatTouchesTheAddress() {
    List<Attributed> told = new ArrayList<>();
    Correlator correlator = new Correlator(Correlator.Limits.STANDARD, told::add);
    correlator.touches(7, new AddressRange(0x10000, 0x1000));
    correlator.touches(8, new AddressRange(0x20000, 0x1000));
    MemoryActivity first = fault(0x10000, 50);
    MemoryActivity second = fault(0x20000, 60);
    MemoryActivity elsewhere = fault(0x30000, 70);
    correlator.accept(first);
    correlator.accept(second);
    correlator.accept(elsewhere);
    KernelActivity early = new KernelActivity(1, "a", 10, 100, 0);
    KernelActivity late = new KernelActivity(2, "b", 20, 90, 1);
    correlator.accept(late);
    correlator.accept(new CallActivity(2, 8));
    correlator.accept(early);
    correlator.accept(new CallActivity(1, 7));
    correlator.close();
    assertThat(told)
        .containsExactlyInAnyOrder(
            new Attributed(early, 7),
            new Attributed(late, 8),
            new Attributed(first, 7),
            new Attributed(second, 8),
            new Attributed(elsewhere, 8));
    assertThat(correlator.unattributed()).isZero();
  }

  @Test
  void hostFaultsLongAfterTheLastKernelAreStillBehindIt() {
    List<Attributed> told = new ArrayList<>();
    Correlator correlator = new Correlator(new Correlator.Limits(10, 100, 1000, 1000), told::add);
    KernelActivity kernel = new KernelActivity(1, "a", 10, 20, 0);
    correlator.accept(new CallActivity(1, 7));
    correlator.accept(kernel);
    MemoryActivity host = new MemoryActivity(MemoryCounter.CPU_FAULT, 0, 1, 900, 900, 0, 0, 1);
    MemoryActivity later = new MemoryActivity(MemoryCounter.CPU_FAULT, 0, 1, 5_000, 5_000, 0, 0, 1);
    correlator.accept(host);
    correlator.advance();
    correlator.accept(later);
    correlator.advance();
    correlator.close();
    assertThat(told)
        .containsExactly(
            new Attributed(kernel, 7), new Attributed(host, 7), new Attributed(later, 7));
  }

  private static MemoryActivity fault(long address, long nanos) {
    return new MemoryActivity(MemoryCounter.GPU_FAULT, 1, address, nanos, nanos, 0, 0, 1);
  }
}
