package io.spillway.advise.file;

import com.fasterxml.jackson.core.JsonLocation;
import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import io.spillway.json.StrictJson;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Reads hints files. Strict: a name that is not known is a slip, and a hint that is half understood
 * is worse than none.
 */
final class HintsReader {

  private final StrictJson json;

  private HintsReader(StrictJson json) {
    this.json = json;
  }

  /**
   * What the bytes of a file say.
   *
   * @param name the file's, for messages
   */
  static HintsFile read(byte[] bytes, String name) throws HintsFileException {
    return StrictJson.read(
        bytes,
        json -> new HintsReader(json).file(),
        (line, column, problem) -> new HintsFileException(name, line, column, problem));
  }

  HintsFile file() throws IOException {
    JsonLocation start = json.here();
    Map<Field, Object> values = new EnumMap<>(Field.class);
    List<SiteHint> hints = new ArrayList<>();
    List<SiteHint> proposals = new ArrayList<>();
    object(
        "a hints file is an object, { \"spillwayHints\": 1, ... }",
        Field.OF_FILE,
        field -> {
          switch (field) {
            case SPILLWAY_HINTS -> values.put(field, version());
            case RECORDED -> values.put(field, recorded());
            case HINTS -> hints(hints, true);
            default -> hints(proposals, false);
          }
        });
    if (!values.containsKey(Field.SPILLWAY_HINTS)) {
      throw json.failure(start, "no \"spillwayHints\": its version belongs here, 1");
    }
    HintsFile.Recorded recorded =
        (HintsFile.Recorded)
            values.getOrDefault(Field.RECORDED, new HintsFile.Recorded("", false, 0, List.of()));
    return new HintsFile(recorded, hints, proposals);
  }

  private long version() throws IOException {
    long version = json.whole("the version, 1");
    if (version != HintsFile.VERSION) {
      throw json.failure(
          "version %d: this Spillway reads %d; make the file anew with spillway advise"
              .formatted(version, HintsFile.VERSION));
    }
    return version;
  }

  private HintsFile.Recorded recorded() throws IOException {
    String[] device = {""};
    boolean[] simulated = {false};
    long[] budget = {0};
    List<String> tools = new ArrayList<>();
    object(
        "\"recorded\" is an object",
        Field.OF_RECORDED,
        field -> {
          switch (field) {
            case DEVICE -> device[0] = json.text();
            case SIMULATED -> simulated[0] = json.truth();
            case BUDGET_BYTES -> budget[0] = json.size();
            default -> json.texts(tools);
          }
        });
    return new HintsFile.Recorded(device[0], simulated[0], budget[0], tools);
  }

  private void hints(List<SiteHint> hints, boolean applied) throws IOException {
    json.list(
        "hints are a list, [ ... ]",
        () -> {
          JsonLocation start = json.here();
          SiteHint hint = hint();
          if (applied && !hint.treatment().applicable()) {
            throw json.failure(
                start,
                "\"%s\" is for the program's author: it belongs under \"proposals\""
                    .formatted(hint.treatment().key()));
          }
          if (applied) {
            refuseOverlap(start, hint, hints);
          }
          hints.add(hint);
        });
  }

  private void refuseOverlap(JsonLocation start, SiteHint hint, List<SiteHint> earlier)
      throws IOException {
    for (SiteHint other : earlier) {
      boolean same = hint.label().equals(other.label()) && hint.site().equals(other.site());
      boolean always = hint.whileLaunches().isEmpty() || other.whileLaunches().isEmpty();
      boolean overlap =
          hint.offset() < other.offset() + other.bytes()
              && other.offset() < hint.offset() + hint.bytes();
      if (same && always && overlap) {
        throw json.failure(
            start,
            "a second hint for bytes %d to %d of the same allocation: keep one of them"
                .formatted(hint.offset(), hint.offset() + hint.bytes()));
      }
    }
  }

  private SiteHint hint() throws IOException {
    JsonLocation start = json.here();
    HintFields fields = new HintFields();
    object(
        "a hint is an object, { ... }",
        Field.OF_HINT,
        field -> {
          fields.seen.add(field);
          switch (field) {
            case LABEL -> fields.label = json.text();
            case SITE -> fields.site = json.text();
            case EVERY_INSTANCE -> fields.everyInstance = json.truth();
            case ALLOCATION_BYTES -> fields.allocationBytes = json.size();
            case OFFSET -> fields.offset = blocks();
            case BYTES -> fields.bytes = blocks();
            case HINT ->
                fields.treatment =
                    json.named("a hint", Treatment::of, Treatment.values(), Treatment::key);
            case WHILE -> json.texts(fields.whileLaunches);
            case RULE -> fields.rule = json.text();
            case BASIS ->
                fields.basis = json.named("a basis", Basis::of, Basis.values(), Basis::key);
            case REASON -> fields.reason = json.text();
            default -> fields.saving = saving();
          }
        });
    String missing =
        Field.missing(
            fields.seen,
            Field.ALLOCATION_BYTES,
            Field.OFFSET,
            Field.BYTES,
            Field.HINT,
            Field.BASIS);
    if (!missing.isEmpty()) {
      throw json.failure(start, "this hint has no " + missing);
    }
    if (fields.label.isEmpty() && fields.site.isEmpty()) {
      throw json.failure(
          start, "this hint is for no allocation: give its \"label\" or its \"site\"");
    }
    if (fields.bytes == 0
        || fields.offset > Long.MAX_VALUE - fields.bytes
        || fields.offset + fields.bytes - Blocks.BYTES >= fields.allocationBytes) {
      throw json.failure(
          start,
          "bytes %d from %d on are not inside an allocation of %d"
              .formatted(fields.bytes, fields.offset, fields.allocationBytes));
    }
    return fields.hint();
  }

  private Saving saving() throws IOException {
    double[] seconds = {0};
    long[] toDevice = {0};
    long[] toHost = {0};
    object(
        "\"saves\" is an object",
        Field.OF_SAVES,
        field -> {
          switch (field) {
            case SECONDS -> seconds[0] = json.number();
            case BYTES_TO_DEVICE -> toDevice[0] = json.whole("a number of bytes");
            default -> toHost[0] = json.whole("a number of bytes");
          }
        });
    return new Saving(seconds[0], toDevice[0], toHost[0]);
  }

  private long blocks() throws IOException {
    long bytes = json.size();
    if (!Blocks.aligned(bytes)) {
      throw json.failure(
          "%d is no multiple of %d, which is %s: hints are for whole blocks"
              .formatted(bytes, Blocks.BYTES, ByteSize.format(Blocks.BYTES)));
    }
    return bytes;
  }

  /** Reads an object's members, of which each name must be one of {@code known}. */
  private void object(String what, List<Field> known, StrictJson.Member<Field> member)
      throws IOException {
    json.object(what, key -> Field.of(key, known), Field.list(known), member);
  }
}
