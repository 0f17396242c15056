package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Every schedule survives its file; whatever else a file has is refused in one way. */
class ScheduleFileProperties {

  private static final String NAMES = "ab\"\\\n{\u00e9\ud83d\ude00";

  private static RunSchedule random(long seed) {
    Random random = new Random(seed);
    List<RunSchedule.NamedAllocation> allocations = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      allocations.add(
          new RunSchedule.NamedAllocation(
              random.nextBoolean() ? "" : name(random),
              "s" + name(random),
              random.nextInt() & Integer.MAX_VALUE));
    }
    List<RunSchedule.NamedLaunch> launches = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      List<ScheduledAccess> accesses = new ArrayList<>();
      for (int j = random.nextInt(3); j > 0; j--) {
        AccessKind[] kinds = AccessKind.values();
        accesses.add(
            new ScheduledAccess(
                random.nextInt(allocations.size()),
                random.nextLong() >>> 2,
                1 + (random.nextLong() >>> 2),
                kinds[random.nextInt(kinds.length)]));
      }
      launches.add(new RunSchedule.NamedLaunch(name(random), accesses, random.nextLong() >>> 1));
    }
    return new RunSchedule(
        allocations, launches, steps(random, launches.size()), steps(random, launches.size()));
  }

  private static String name(Random random) {
    int[] points = NAMES.codePoints().toArray();
    StringBuilder name = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      name.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return name.toString();
  }

  private static int[] steps(Random random, int launches) {
    return random.ints(random.nextInt(40), 0, launches).toArray();
  }

  private static byte[] bytes(RunSchedule schedule) throws IOException {
    StringWriter text = new StringWriter();
    ScheduleFile.write(schedule, text);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static boolean readOrRefused(byte[] bytes) {
    try {
      ScheduleFile.parse(bytes, "fuzz");
      return true;
    } catch (ScheduleFileException e) {
      return e.line() >= 1 && e.column() >= 1 && e.getMessage().startsWith("fuzz, line ");
    }
  }

  @Property(tries = 500)
  void everyScheduleSurvivesTheFile(@ForAll long seed) throws IOException {
    RunSchedule schedule = random(seed);

    assertThat(ScheduleFile.parse(bytes(schedule), "it")).isEqualTo(schedule);
  }

  @Property(tries = 1000)
  void arbitraryBytesAreRefusedInOneWay(@ForAll byte[] bytes) {
    assertThat(readOrRefused(bytes)).isTrue();
  }

  @Property(tries = 1000)
  void damagedFilesAreReadOrRefusedInOneWay(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] damaged = bytes(random(seed));
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(damaged.length);
      if (random.nextInt(8) == 0) {
        damaged = Arrays.copyOf(damaged, at + 1);
      } else {
        damaged[at] = (byte) "{}[]\",:-9e\0\u00ff".charAt(random.nextInt(12));
      }
    }
    assertThat(readOrRefused(damaged)).isTrue();
  }
}
