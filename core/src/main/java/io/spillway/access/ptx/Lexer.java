package io.spillway.access.ptx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Splits PTX text into tokens, in place and in one pass. An instruction's name with its suffixes is
 * one token, and so is a special register such as {@code %tid.x}.
 */
final class Lexer {

  enum Token {
    /** An identifier, register or instruction name. */
    WORD,
    /** A word that begins with a dot. */
    DIRECTIVE,
    /** A number of any base, without its sign. */
    NUMBER,
    /** A quoted string. */
    STRING,
    /** Any one other printable character. */
    PUNCTUATION,
    /** A byte that PTX has no use for, or a preprocessor directive. */
    STRANGE,
    END
  }

  /** Longest stretch of text shown in a message, in characters. */
  private static final int SHOWN = 60;

  private static final byte OTHER = 0;
  private static final byte SPACE = 1;
  private static final byte LETTER = 2;
  private static final byte DIGIT = 3;
  private static final byte SIGN = 4;

  private static final byte[] CLASSES = classes();

  private final byte[] text;
  private final int limit;
  private int position;
  private int line = 1;
  private int start;
  private int braces;
  private boolean preprocessed;
  private Token token = Token.END;

  /** A lexer over {@code text}, which ends at the first NUL as it does for the driver. */
  Lexer(byte[] text) {
    this.text = text;
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    this.limit = end;
  }

  private static byte[] classes() {
    byte[] classes = new byte[256];
    for (int i = '!'; i <= '~'; i++) {
      classes[i] = SIGN;
    }
    for (int i = 'a'; i <= 'z'; i++) {
      classes[i] = LETTER;
      classes[i - 'a' + 'A'] = LETTER;
    }
    for (int i = '0'; i <= '9'; i++) {
      classes[i] = DIGIT;
    }
    for (char each : "_$%".toCharArray()) {
      classes[each] = LETTER;
    }
    for (char each : " \t\r\n\f\013".toCharArray()) {
      classes[each] = SPACE;
    }
    classes['#'] = OTHER;
    return classes;
  }

  private byte classAt(int index) {
    return index < limit ? CLASSES[text[index] & 0xFF] : OTHER;
  }

  private boolean at(int index, char wanted) {
    return index < limit && text[index] == wanted;
  }

  /** Moves to the next token. */
  Token next() {
    if (token == Token.PUNCTUATION) {
      braces += text[start] == '{' ? 1 : text[start] == '}' ? -1 : 0;
    }
    skipSpace();
    start = position;
    if (position >= limit) {
      token = Token.END;
      return token;
    }
    switch (classAt(position)) {
      case LETTER -> token = word(Token.WORD);
      case DIGIT -> token = number();
      case SIGN -> token = sign();
      default -> {
        preprocessed |= at(position, '#');
        position++;
        token = Token.STRANGE;
      }
    }
    return token;
  }

  private Token sign() {
    char first = (char) text[position++];
    if (first == '.' && classAt(position) == LETTER) {
      return word(Token.DIRECTIVE);
    }
    return first == '"' ? string() : Token.PUNCTUATION;
  }

  private Token word(Token kind) {
    while (true) {
      byte here = classAt(position);
      if (here == LETTER || here == DIGIT || at(position, '.')) {
        position++;
      } else if (at(position, ':') && at(position + 1, ':')) {
        position += 2;
      } else {
        return kind;
      }
    }
  }

  private Token number() {
    while (classAt(position) == DIGIT || classAt(position) == LETTER || at(position, '.')) {
      position++;
    }
    return Token.NUMBER;
  }

  private Token string() {
    while (position < limit && text[position] != '"' && text[position] != '\n') {
      position += at(position, '\\') && position + 1 < limit ? 2 : 1;
    }
    if (!at(position, '"')) {
      return Token.STRANGE;
    }
    position++;
    return Token.STRING;
  }

  private void skipSpace() {
    while (position < limit) {
      byte here = text[position];
      if (here == '\n') {
        line++;
        position++;
      } else if (CLASSES[here & 0xFF] == SPACE) {
        position++;
      } else if (here == '/' && at(position + 1, '/')) {
        toEndOfLine();
      } else if (here == '/' && at(position + 1, '*')) {
        skipComment();
      } else {
        return;
      }
    }
  }

  private void skipComment() {
    position += 2;
    while (position < limit && !(at(position, '*') && at(position + 1, '/'))) {
      if (text[position++] == '\n') {
        line++;
      }
    }
    position = Math.min(limit, position + 2);
  }

  private void toEndOfLine() {
    while (position < limit && text[position] != '\n') {
      position++;
    }
  }

  /** Leaves out the rest of this line, for directives that no semicolon ends. */
  void skipLine() {
    toEndOfLine();
    next();
  }

  Token token() {
    return token;
  }

  /** Whether the token is the one character {@code wanted}. */
  boolean is(char wanted) {
    return token == Token.PUNCTUATION && text[start] == wanted;
  }

  /** Moves on if the token is {@code wanted}. */
  boolean accept(char wanted) {
    boolean found = is(wanted);
    if (found) {
      next();
    }
    return found;
  }

  /** Moves on; the token has to be {@code wanted}. */
  void expect(char wanted) {
    if (!accept(wanted)) {
      throw unexpected("'" + wanted + "'");
    }
  }

  Unreadable unexpected(String wanted) {
    return new Unreadable(
        token == Token.END
            ? "the text ends where %s should be".formatted(wanted)
            : "'%s' where %s should be".formatted(shown(), wanted),
        line);
  }

  /** The line of the token, from 1. */
  int line() {
    return line;
  }

  /** How many braces are open before the token. */
  int braces() {
    return braces;
  }

  /** Whether there was a preprocessor directive so far. */
  boolean preprocessed() {
    return preprocessed;
  }

  byte[] text() {
    return text;
  }

  int start() {
    return start;
  }

  int end() {
    return position;
  }

  /** How many bytes were read, as a measure of work. */
  int bytesRead() {
    return position;
  }

  /** The token's text. */
  String string(int from, int to) {
    return new String(text, from, to - from, ISO_8859_1);
  }

  String tokenText() {
    return string(start, position);
  }

  private String shown() {
    return string(start, Math.min(position, start + SHOWN));
  }

  /** Whether the token's text is {@code wanted}. */
  boolean matches(String wanted) {
    int length = position - start;
    if (length != wanted.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text[start + i] != wanted.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
