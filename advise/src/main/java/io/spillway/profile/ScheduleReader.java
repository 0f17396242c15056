package io.spillway.profile;

import com.fasterxml.jackson.core.JsonLocation;
import io.spillway.access.AccessKind;
import io.spillway.json.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Reads one schedule file, in one pass. */
final class ScheduleReader {
  /** Allocations read at most: as many as a profile has. */
  private static final int MOST_ALLOCATIONS = AllocationTable.MOST_ROWS;

  private final StrictJson json;
  private final List<RunSchedule.NamedAllocation> allocations = new ArrayList<>();
  private final List<RunSchedule.NamedLaunch> launches = new ArrayList<>();
  private int accesses;
  private int[] before = {};
  private int[] lap = {};
  private boolean versioned;

  ScheduleReader(StrictJson json) {
    this.json = json;
  }

  RunSchedule schedule() throws IOException {
    JsonLocation start = json.here();
    object(
        "a schedule is an object, { \"spillwaySchedule\": 1, ... }",
        ScheduleField.OF_FILE,
        field -> {
          if (!versioned && field != ScheduleField.SPILLWAY_SCHEDULE) {
            throw unversioned(start);
          }
          switch (field) {
            case SPILLWAY_SCHEDULE -> version();
            case ALLOCATIONS -> json.list("allocations are a list, [ ... ]", this::allocation);
            case LAUNCHES -> json.list("launches are a list, [ ... ]", this::launch);
            case BEFORE -> before = steps();
            default -> lap = steps();
          }
        });
    if (!versioned) {
      throw unversioned(start);
    }
    return new RunSchedule(allocations, launches, before, lap);
  }

  private IOException unversioned(JsonLocation start) {
    return json.failure(
        start,
        "no schedule: \"spillwaySchedule\", its version, comes first; make it with spillway"
            + " advise");
  }

  private void version() throws IOException {
    long version = json.whole("the version, 1");
    if (version != ScheduleFile.VERSION) {
      throw json.failure(
          "version %d: this Spillway reads %d; make the file anew with spillway advise"
              .formatted(version, ScheduleFile.VERSION));
    }
    versioned = true;
  }

  private void allocation() throws IOException {
    JsonLocation start = json.here();
    atMost(allocations.size(), MOST_ALLOCATIONS, "allocations");
    String[] label = {""};
    String[] site = {""};
    long[] bytes = {0};
    object(
        "an allocation is an object, { ... }",
        ScheduleField.OF_ALLOCATION,
        field -> {
          switch (field) {
            case LABEL -> label[0] = json.text();
            case SITE -> site[0] = json.text();
            default -> bytes[0] = json.size();
          }
        });
    if (label[0].isEmpty() && site[0].isEmpty()) {
      throw json.failure(start, "this is no allocation: give its \"label\" or its \"site\"");
    }
    allocations.add(new RunSchedule.NamedAllocation(label[0], site[0], bytes[0]));
  }

  private void launch() throws IOException {
    atMost(launches.size(), 2 * RunSchedule.MOST_LAUNCHES, "launches");
    String[] site = {""};
    long[] nanos = {0};
    List<ScheduledAccess> touched = new ArrayList<>();
    object(
        "a launch is an object, { ... }",
        ScheduleField.OF_LAUNCH,
        field -> {
          switch (field) {
            case SITE -> site[0] = json.text();
            case NANOS -> nanos[0] = atLeast0(json.whole("a number of nanoseconds"));
            default -> json.list("accesses are a list, [ ... ]", () -> touched.add(access()));
          }
        });
    launches.add(new RunSchedule.NamedLaunch(site[0], touched, nanos[0]));
  }

  private ScheduledAccess access() throws IOException {
    JsonLocation start = json.here();
    atMost(accesses++, RunSchedule.MOST_ACCESSES, "accesses");
    int[] allocation = {-1};
    long[] offset = {0};
    long[] bytes = {0};
    AccessKind[] kind = {AccessKind.UNKNOWN};
    object(
        "an access is an object, { ... }",
        ScheduleField.OF_ACCESS,
        field -> {
          switch (field) {
            case ALLOCATION -> allocation[0] = index(allocations.size(), "allocations");
            case OFFSET -> offset[0] = json.size();
            case BYTES -> bytes[0] = json.size();
            default ->
                kind[0] =
                    json.named(
                        "a kind of access",
                        ScheduleField::kind,
                        AccessKind.values(),
                        ScheduleField::key);
          }
        });
    if (allocation[0] < 0) {
      throw json.failure(start, "this access has no \"allocation\"");
    }
    if (bytes[0] == 0 || offset[0] > Long.MAX_VALUE - bytes[0]) {
      throw json.failure(start, "%d bytes from %d on are no range".formatted(bytes[0], offset[0]));
    }
    return new ScheduledAccess(allocation[0], offset[0], bytes[0], kind[0]);
  }

  private int[] steps() throws IOException {
    int[][] steps = {new int[16]};
    int[] count = {0};
    json.list(
        "a list of numbers of launches, [ 0, 1, ... ]",
        () -> {
          atMost(count[0], RunSchedule.MOST_LAUNCHES, "launches in order");
          if (count[0] == steps[0].length) {
            steps[0] = Arrays.copyOf(steps[0], 2 * count[0]);
          }
          steps[0][count[0]++] = index(launches.size(), "launches");
        });
    return Arrays.copyOf(steps[0], count[0]);
  }

  private int index(int count, String of) throws IOException {
    long index = json.whole("a number from 0 on");
    if (index < 0 || index >= count) {
      throw json.failure(
          "%d: of %s listed before there are %d, counted from 0".formatted(index, of, count));
    }
    return (int) index;
  }

  private long atLeast0(long value) throws IOException {
    if (value < 0) {
      throw json.failure(value + ": must be at least 0");
    }
    return value;
  }

  private void atMost(int count, int most, String what) throws IOException {
    if (count >= most) {
      throw json.failure(
          "more than %d %s, which is the most a schedule may have; make it anew with spillway advise"
              .formatted(most, what));
    }
  }

  private void object(
      String what, List<ScheduleField> known, StrictJson.Member<ScheduleField> member)
      throws IOException {
    json.object(
        what,
        key -> known.stream().filter(field -> field.key().equals(key)).findFirst(),
        known.stream().map(field -> field.key()).collect(Collectors.joining(", ")),
        member);
  }
}
