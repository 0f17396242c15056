package io.spillway.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON text token by token, so that whatever is wrong is told with its line and column.
 * Strict: names that are not known, names twice and what follows the end are errors. Each method
 * that reads a value expects the parser at its first token and leaves it at the last. Not
 * thread-safe.
 */
public final class StrictJson {

  private static final int BYTE_ORDER_MARK = '\uFEFF';

  private final JsonParser parser;

  /**
   * Makes the exception with which a kind of file says that it cannot be used.
   *
   * @param <E> which one
   */
  @FunctionalInterface
  public interface Failures<E extends IOException> {
    /** What is wrong at a line and a column, both from 1. */
    E at(int line, int column, String problem);
  }

  /**
   * Reads one file.
   *
   * @param <T> what it holds
   */
  @FunctionalInterface
  public interface Document<T> {
    /** Reads from the first token to the last. */
    T read(StrictJson json) throws IOException;
  }

  /** Reads the value of a member, or of an element of a list. */
  @FunctionalInterface
  public interface Value {
    /** Reads it. */
    void read() throws IOException;
  }

  /**
   * Reads the value of a member.
   *
   * @param <F> the names there are
   */
  @FunctionalInterface
  public interface Member<F> {
    /** Reads it. */
    void read(F field) throws IOException;
  }

  private StrictJson(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * What {@code document} makes of the text that {@code bytes} are.
   *
   * @throws E if they are no such text
   */
  public static <T, E extends IOException> T read(
      byte[] bytes, Document<T> document, Failures<E> failures) throws E {
    String text = text(bytes, failures);
    String json = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    JsonFactory factory =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try (JsonParser parser = factory.createParser(json)) {
      StrictJson reader = new StrictJson(parser);
      parser.nextToken();
      T read = document.read(reader);
      if (parser.nextToken() != null) {
        throw reader.failure("something follows the end; take it away");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw failure(failures, e.getLocation(), "not JSON: " + e.getOriginalMessage(), e);
    } catch (Refusal e) {
      throw failure(failures, e.at, e.problem, e.getCause());
    } catch (IOException e) {
      throw failure(failures, null, "not JSON: " + e.getMessage(), e);
    }
  }

  private static <E extends IOException> String text(byte[] bytes, Failures<E> failures) throws E {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isUnderflow()) {
      result = decoder.flush(out);
    }
    String decoded = out.flip().toString();
    try {
      if (result.isError()) {
        result.throwException();
      }
    } catch (CharacterCodingException e) {
      int line = 1 + (int) decoded.chars().filter(c -> c == '\n').count();
      int column = decoded.length() - decoded.lastIndexOf('\n');
      E failure = failures.at(line, column, "not UTF-8: save the file in that encoding");
      failure.initCause(e);
      throw failure;
    }
    return decoded;
  }

  private static <E extends IOException> E failure(
      Failures<E> failures, @Nullable JsonLocation at, String problem, @Nullable Throwable cause) {
    E failure =
        failures.at(
            at == null ? 1 : Math.max(1, at.getLineNr()),
            at == null ? 1 : Math.max(1, at.getColumnNr()),
            problem);
    if (cause != null) {
      failure.initCause(cause);
    }
    return failure;
  }

  /** What is wrong, on its way out to where the file's own exception is made of it. */
  private static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient JsonLocation at;
    private final String problem;

    Refusal(JsonLocation at, String problem) {
      super(problem);
      this.at = at;
      this.problem = problem;
    }
  }

  /** Where the present token is. */
  public JsonLocation here() {
    return parser.currentTokenLocation();
  }

  /** Something is wrong with the present token. */
  public IOException failure(String problem) {
    return failure(here(), problem);
  }

  /** Something is wrong at a place. */
  public IOException failure(JsonLocation at, String problem) {
    return new Refusal(at, problem);
  }

  /**
   * Reads an object.
   *
   * @param what what to say if it is none
   * @param find the field of a name
   * @param known all names, for messages
   */
  public <F> void object(
      String what, Function<String, Optional<F>> find, String known, Member<F> member)
      throws IOException {
    require(JsonToken.START_OBJECT, what);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      Optional<F> field = find.apply(key);
      if (field.isEmpty()) {
        throw failure("unknown name \"%s\": known here are %s".formatted(key, known));
      }
      parser.nextToken();
      member.read(field.get());
    }
  }

  /**
   * Reads a list.
   *
   * @param what what to say if it is none
   */
  public void list(String what, Value element) throws IOException {
    require(JsonToken.START_ARRAY, what);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  /** Adds the texts of a list. */
  public void texts(List<String> into) throws IOException {
    list("a list of texts, [ \"...\" ]", () -> into.add(text()));
  }

  /**
   * Reads a text that names one of several.
   *
   * @param what what is named, for messages
   */
  public <T> T named(
      String what, Function<String, Optional<T>> of, T[] all, Function<T, String> key)
      throws IOException {
    String text = text();
    Optional<T> found = of.apply(text);
    if (found.isEmpty()) {
      throw failure(
          "\"%s\" is not %s: known are %s"
              .formatted(text, what, String.join(", ", Arrays.stream(all).map(key).toList())));
    }
    return found.get();
  }

  /** Reads a text. */
  public String text() throws IOException {
    require(JsonToken.VALUE_STRING, "a text in double quotes belongs here");
    return parser.getText();
  }

  /** Reads true or false. */
  public boolean truth() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_TRUE) {
      require(JsonToken.VALUE_FALSE, "true or false belongs here");
    }
    return parser.currentToken() == JsonToken.VALUE_TRUE;
  }

  /** Reads a number. */
  public double number() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      require(JsonToken.VALUE_NUMBER_FLOAT, "a number belongs here");
    }
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      throw failure("this number is out of range");
    }
    return value;
  }

  /**
   * Reads a whole number.
   *
   * @param what what it is, for messages
   */
  public long whole(String what) throws IOException {
    require(JsonToken.VALUE_NUMBER_INT, what + " belongs here");
    try {
      return parser.getLongValue();
    } catch (InputCoercionException e) {
      IOException failure = failure("this number is out of range");
      failure.initCause(e);
      throw failure;
    }
  }

  /** Reads a number of bytes, at least 0. */
  public long size() throws IOException {
    long bytes = whole("a number of bytes");
    if (bytes < 0) {
      throw failure(bytes + " bytes: must be at least 0");
    }
    return bytes;
  }

  private void require(JsonToken token, String otherwise) throws IOException {
    if (parser.currentToken() != token) {
      throw failure(otherwise);
    }
  }
}
