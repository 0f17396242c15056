package io.spillway.advise.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads hints files token by token, so that whatever is wrong is told with its line and column.
 * Strict: a name that is not known is a slip, and a hint that is half understood is worse than
 * none.
 */
final class HintsReader {

  private static final int BYTE_ORDER_MARK = '\uFEFF';

  private final String name;

  HintsReader(String name) {
    this.name = name;
  }

  HintsFile read(String text) throws HintsFileException {
    String json = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    JsonFactory factory =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try (JsonParser parser = factory.createParser(json)) {
      return new Document(parser).file();
    } catch (HintsFileException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw failure(e.getLocation(), "not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw failure(null, "not JSON: " + e.getMessage(), e);
    }
  }

  private HintsFileException failure(
      @Nullable JsonLocation at, String problem, @Nullable Throwable cause) {
    HintsFileException failure =
        new HintsFileException(
            name,
            at == null ? 1 : Math.max(1, at.getLineNr()),
            at == null ? 1 : Math.max(1, at.getColumnNr()),
            problem);
    if (cause != null) {
      failure.initCause(cause);
    }
    return failure;
  }

  /** One pass over one file. */
  private final class Document {

    private final JsonParser parser;

    Document(JsonParser parser) {
      this.parser = parser;
    }

    /** Reads the value of a field into {@code values}. */
    private interface Member {
      void read(Field field) throws IOException;
    }

    HintsFile file() throws IOException {
      parser.nextToken();
      require(JsonToken.START_OBJECT, "a hints file is an object, { \"spillwayHints\": 1, ... }");
      JsonLocation start = here();
      Map<Field, Object> values = new EnumMap<>(Field.class);
      List<SiteHint> hints = new ArrayList<>();
      List<SiteHint> proposals = new ArrayList<>();
      members(
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
        throw failure(start, "no \"spillwayHints\": its version belongs here, 1", null);
      }
      if (parser.nextToken() != null) {
        throw failure(here(), "something follows the end of the hints; take it away", null);
      }
      HintsFile.Recorded recorded =
          (HintsFile.Recorded)
              values.getOrDefault(Field.RECORDED, new HintsFile.Recorded("", false, 0, List.of()));
      return new HintsFile(recorded, hints, proposals);
    }

    private long version() throws IOException {
      long version = whole("the version, 1");
      if (version != HintsFile.VERSION) {
        throw failure(
            here(),
            "version %d: this Spillway reads %d; make the file anew with spillway advise"
                .formatted(version, HintsFile.VERSION),
            null);
      }
      return version;
    }

    private HintsFile.Recorded recorded() throws IOException {
      require(JsonToken.START_OBJECT, "\"recorded\" is an object");
      String[] device = {""};
      boolean[] simulated = {false};
      long[] budget = {0};
      List<String> tools = new ArrayList<>();
      members(
          Field.OF_RECORDED,
          field -> {
            switch (field) {
              case DEVICE -> device[0] = text();
              case SIMULATED -> simulated[0] = truth();
              case BUDGET_BYTES -> budget[0] = size();
              default -> strings(tools);
            }
          });
      return new HintsFile.Recorded(device[0], simulated[0], budget[0], tools);
    }

    private void hints(List<SiteHint> hints, boolean applied) throws IOException {
      require(JsonToken.START_ARRAY, "hints are a list, [ ... ]");
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        JsonLocation start = here();
        SiteHint hint = hint();
        if (applied && !hint.treatment().applicable()) {
          throw failure(
              start,
              "\"%s\" is for the program's author: it belongs under \"proposals\""
                  .formatted(hint.treatment().key()),
              null);
        }
        if (applied) {
          refuseOverlap(start, hint, hints);
        }
        hints.add(hint);
      }
    }

    private void refuseOverlap(JsonLocation start, SiteHint hint, List<SiteHint> earlier)
        throws HintsFileException {
      for (SiteHint other : earlier) {
        boolean same = hint.label().equals(other.label()) && hint.site().equals(other.site());
        boolean always = hint.whileLaunches().isEmpty() || other.whileLaunches().isEmpty();
        boolean overlap =
            hint.offset() < other.offset() + other.bytes()
                && other.offset() < hint.offset() + hint.bytes();
        if (same && always && overlap) {
          throw failure(
              start,
              "a second hint for bytes %d to %d of the same allocation: keep one of them"
                  .formatted(hint.offset(), hint.offset() + hint.bytes()),
              null);
        }
      }
    }

    private SiteHint hint() throws IOException {
      require(JsonToken.START_OBJECT, "a hint is an object, { ... }");
      JsonLocation start = here();
      HintFields fields = new HintFields();
      members(
          Field.OF_HINT,
          field -> {
            fields.seen.add(field);
            switch (field) {
              case LABEL -> fields.label = text();
              case SITE -> fields.site = text();
              case EVERY_INSTANCE -> fields.everyInstance = truth();
              case ALLOCATION_BYTES -> fields.allocationBytes = size();
              case OFFSET -> fields.offset = blocks();
              case BYTES -> fields.bytes = blocks();
              case HINT ->
                  fields.treatment =
                      named("a hint", Treatment::of, Treatment.values(), Treatment::key);
              case WHILE -> strings(fields.whileLaunches);
              case RULE -> fields.rule = text();
              case BASIS -> fields.basis = named("a basis", Basis::of, Basis.values(), Basis::key);
              case REASON -> fields.reason = text();
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
        throw failure(start, "this hint has no " + missing, null);
      }
      if (fields.label.isEmpty() && fields.site.isEmpty()) {
        throw failure(
            start, "this hint is for no allocation: give its \"label\" or its \"site\"", null);
      }
      if (fields.bytes == 0
          || fields.offset > Long.MAX_VALUE - fields.bytes
          || fields.offset + fields.bytes - Blocks.BYTES >= fields.allocationBytes) {
        throw failure(
            start,
            "bytes %d from %d on are not inside an allocation of %d"
                .formatted(fields.bytes, fields.offset, fields.allocationBytes),
            null);
      }
      return fields.hint();
    }

    private Saving saving() throws IOException {
      require(JsonToken.START_OBJECT, "\"saves\" is an object");
      double[] seconds = {0};
      long[] toDevice = {0};
      long[] toHost = {0};
      members(
          Field.OF_SAVES,
          field -> {
            switch (field) {
              case SECONDS -> seconds[0] = number();
              case BYTES_TO_DEVICE -> toDevice[0] = whole("a number of bytes");
              default -> toHost[0] = whole("a number of bytes");
            }
          });
      return new Saving(seconds[0], toDevice[0], toHost[0]);
    }

    /** Reads an object's members, of which each name must be one of {@code known}. */
    private void members(List<Field> known, Member member) throws IOException {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        JsonLocation at = here();
        Optional<Field> field = Field.of(key, known);
        if (field.isEmpty()) {
          throw failure(
              at, "unknown name \"%s\": known here are %s".formatted(key, Field.list(known)), null);
        }
        parser.nextToken();
        member.read(field.get());
      }
    }

    private void strings(List<String> values) throws IOException {
      require(JsonToken.START_ARRAY, "a list of texts, [ \"...\" ]");
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        values.add(text());
      }
    }

    private <T> T named(
        String what, Function<String, Optional<T>> of, T[] all, Function<T, String> key)
        throws IOException {
      String text = text();
      Optional<T> found = of.apply(text);
      if (found.isEmpty()) {
        throw failure(
            here(),
            "\"%s\" is not %s: known are %s"
                .formatted(text, what, String.join(", ", Arrays.stream(all).map(key).toList())),
            null);
      }
      return found.get();
    }

    private String text() throws IOException {
      require(JsonToken.VALUE_STRING, "a text in double quotes belongs here");
      return parser.getText();
    }

    private boolean truth() throws IOException {
      if (parser.currentToken() != JsonToken.VALUE_TRUE) {
        require(JsonToken.VALUE_FALSE, "true or false belongs here");
      }
      return parser.currentToken() == JsonToken.VALUE_TRUE;
    }

    private double number() throws IOException {
      if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        require(JsonToken.VALUE_NUMBER_FLOAT, "a number belongs here");
      }
      double value = parser.getDoubleValue();
      if (!Double.isFinite(value)) {
        throw failure(here(), "this number is out of range", null);
      }
      return value;
    }

    private long whole(String what) throws IOException {
      require(JsonToken.VALUE_NUMBER_INT, what + " belongs here");
      try {
        return parser.getLongValue();
      } catch (InputCoercionException e) {
        throw failure(here(), "this number is out of range", e);
      }
    }

    private long size() throws IOException {
      long bytes = whole("a number of bytes");
      if (bytes < 0) {
        throw failure(here(), bytes + " bytes: must be at least 0", null);
      }
      return bytes;
    }

    private long blocks() throws IOException {
      long bytes = size();
      if (!Blocks.aligned(bytes)) {
        throw failure(
            here(),
            "%d is no multiple of %d, which is %s: hints are for whole blocks"
                .formatted(bytes, Blocks.BYTES, ByteSize.format(Blocks.BYTES)),
            null);
      }
      return bytes;
    }

    private void require(JsonToken token, String otherwise) throws HintsFileException {
      if (parser.currentToken() != token) {
        throw failure(here(), otherwise, null);
      }
    }

    private JsonLocation here() {
      return parser.currentTokenLocation();
    }
  }
}
