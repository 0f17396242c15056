package io.spillway.access.ptx;

import io.spillway.access.ptx.Lexer.Token;
import java.util.ArrayList;
import java.util.List;

/** Reads declarations: of variables, and of parameters. */
final class Declarations {

  /** The most bytes a parameter has: CUDA's limit for all of a kernel's. */
  private static final int MOST_BYTES = 32_764;

  private final Lexer lexer;
  private final Names names;

  Declarations(Lexer lexer, Names names) {
    this.lexer = lexer;
    this.names = names;
  }

  /** Takes what is declared. */
  @FunctionalInterface
  interface Sink {
    void declared(int name, int bytes);
  }

  /** What comes before the name of a variable or parameter. */
  private record Attributes(int bytes, int alignment, boolean pointer) {}

  /**
   * Reads a declaration of variables, from its state space to its semicolon. A range of registers,
   * such as {@code %r<9>}, is left out: they are known when they are used.
   */
  void variables(Sink sink) {
    lexer.next();
    Attributes attributes = attributes();
    do {
      int name = name();
      boolean range = lexer.accept('<');
      if (range) {
        lexer.next();
        lexer.expect('>');
      }
      int bytes = attributes.bytes() * elements();
      if (lexer.accept('=')) {
        skipInitializer();
      }
      if (!range) {
        sink.declared(name, bytes);
      }
    } while (lexer.accept(','));
    lexer.expect(';');
  }

  /** Reads a list of parameters, from after its opening parenthesis to after its closing one. */
  List<FunctionCode.Variable> parameters() {
    List<FunctionCode.Variable> list = new ArrayList<>();
    while (!lexer.accept(')')) {
      if (!lexer.matches(".param")) {
        // Those in registers went out with the first PTX.
        throw lexer.unexpected("a parameter");
      }
      lexer.next();
      Attributes attributes = attributes();
      int name = name();
      boolean array = lexer.is('[');
      int elements = elements();
      if (array && elements == 0) {
        throw lexer.unexpected("a parameter of a size that is known");
      }
      list.add(
          new FunctionCode.Variable(
              name,
              Math.min(MOST_BYTES, attributes.bytes() * elements),
              Math.max(attributes.alignment(), array ? 1 : attributes.bytes()),
              array,
              attributes.pointer()));
      if (!lexer.is(')')) {
        lexer.expect(',');
      }
    }
    return list;
  }

  /** The number of the name that comes next, which it moves past. */
  int name() {
    if (lexer.token() != Token.WORD) {
      throw lexer.unexpected("a name");
    }
    int name = names.of(lexer.start(), lexer.end());
    lexer.next();
    return name;
  }

  private Attributes attributes() {
    int bytes = 1;
    int alignment = 1;
    boolean pointer = false;
    while (lexer.token() == Token.DIRECTIVE) {
      String directive = lexer.tokenText();
      lexer.next();
      switch (directive) {
        case ".align" -> alignment = small();
        case ".ptr" -> {
          // What follows is of what it points to.
          pointer = true;
          while (lexer.token() == Token.DIRECTIVE) {
            boolean align = lexer.matches(".align");
            lexer.next();
            if (align) {
              small();
            }
          }
        }
        case ".attribute" -> {
          lexer.expect('(');
          while (lexer.token() != Token.END && !lexer.accept(')')) {
            lexer.next();
          }
        }
        default -> bytes = Math.max(bytes, typeBytes(directive));
      }
    }
    return new Attributes(bytes, alignment, pointer);
  }

  /** The size of a type such as {@code .u64}; 0 for other directives. */
  private static int typeBytes(String directive) {
    int bits = 0;
    for (int i = 2; i < directive.length() && Character.isDigit(directive.charAt(i)); i++) {
      bits = Math.min(MOST_BYTES, 10 * bits + Character.digit(directive.charAt(i), 10));
    }
    return bits / Byte.SIZE;
  }

  private int small() {
    if (lexer.token() != Token.NUMBER) {
      throw lexer.unexpected("a number");
    }
    long number = Literals.parse(lexer);
    lexer.next();
    return Math.clamp(number, 0, MOST_BYTES);
  }

  /** Dimensions in brackets, multiplied; 0 if one is left open. */
  private int elements() {
    long elements = 1;
    while (lexer.accept('[')) {
      elements = lexer.is(']') ? 0 : Math.min(Integer.MAX_VALUE, elements * small());
      lexer.expect(']');
    }
    return (int) Math.min(MOST_BYTES, elements);
  }

  private void skipInitializer() {
    int braces = lexer.braces();
    while (lexer.token() != Token.END
        && !(lexer.braces() == braces && (lexer.is(',') || lexer.is(';')))) {
      lexer.next();
    }
  }
}
