package io.spillway.access.ptx;

import io.spillway.access.ptx.Lexer.Token;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a module's text in one pass. */
final class ModuleParser {

  private static final String ADDRESS_SIZE = "64";

  private final Lexer lexer;
  private final Names names;
  private final Scopes scopes = new Scopes();
  private final Declarations declarations;
  private final BodyParser bodies;
  private final Map<Integer, FunctionCode> functions = new HashMap<>();
  private final Map<Integer, Integer> aliases = new HashMap<>();
  private final Set<Integer> weak = new HashSet<>();
  private boolean wide;
  private boolean external;
  private boolean replaceable;

  ModuleParser(byte[] text) {
    lexer = new Lexer(text);
    names = new Names(text);
    declarations = new Declarations(lexer, names);
    bodies = new BodyParser(lexer, names, scopes, declarations);
  }

  /**
   * Reads the text.
   *
   * @throws Unreadable if it is not understood
   */
  ModuleCode parse() {
    lexer.next();
    if (!lexer.matches(".version")) {
      throw lexer.unexpected(".version");
    }
    while (lexer.token() != Token.END) {
      if (!lexer.accept(';')) {
        if (lexer.token() != Token.DIRECTIVE) {
          throw lexer.unexpected("a directive");
        }
        directive();
      }
    }
    if (lexer.preprocessed()) {
      throw new Unreadable("preprocessor directives, which may change what names mean", 0);
    }
    if (!wide) {
      throw new Unreadable("addresses that are not of 64 bits", 0);
    }
    return new ModuleCode(names, functions, aliases, weak, lexer.bytesRead() + names.probes());
  }

  private void directive() {
    String directive = lexer.tokenText();
    boolean elsewhere = external;
    boolean ofManyTexts = replaceable;
    external = directive.equals(".extern");
    replaceable = directive.equals(".weak");
    switch (directive) {
      case ".version" -> {
        lexer.next();
        lexer.next();
      }
      case ".loc", ".file" -> lexer.skipLine();
      case ".target" -> target();
      case ".address_size" -> {
        lexer.next();
        wide = lexer.matches(ADDRESS_SIZE);
        lexer.next();
      }
      case ".visible", ".extern", ".weak", ".common" -> lexer.next();
      case ".entry" -> function(true, ofManyTexts);
      case ".func" -> function(false, ofManyTexts);
      case ".alias" -> alias();
      // A program may say where a variable is that is defined elsewhere: in memory of its own.
      case ".global", ".const" -> variables(elsewhere ? Constant.UNKNOWN : Constant.MODULE);
      case ".tex" -> variables(Constant.MODULE);
      case ".shared" -> variables(Constant.SHARED);
      case ".local" -> variables(Constant.FRAME);
      case ".section" -> section();
      case ".pragma" -> skipStatement();
      default -> throw lexer.unexpected("a directive that is known");
    }
  }

  /** Names without dots, and commas; a directive ends it. */
  private void target() {
    lexer.next();
    while (lexer.token() == Token.WORD || lexer.is(',')) {
      lexer.next();
    }
  }

  private void skipStatement() {
    while (lexer.token() != Token.END && !lexer.is(';')) {
      lexer.next();
    }
  }

  private void section() {
    while (lexer.token() != Token.END && !lexer.is('{')) {
      lexer.next();
    }
    int braces = lexer.braces();
    do {
      lexer.next();
    } while (lexer.token() != Token.END && !(lexer.is('}') && lexer.braces() == braces + 1));
    lexer.next();
  }

  private void variables(Constant constant) {
    declarations.variables(
        (name, bytes) -> scopes.bind(name, Scopes.Kind.CONSTANT, constant.value()));
  }

  private void alias() {
    lexer.next();
    int name = declarations.name();
    lexer.expect(',');
    if (aliases.put(name, declarations.name()) != null) {
      throw new Unreadable("a second alias " + names.text(name), lexer.line());
    }
    scopes.bind(name, Scopes.Kind.FUNCTION, 0);
  }

  private void function(boolean kernel, boolean ofManyTexts) {
    int line = lexer.line();
    lexer.next();
    while (lexer.token() == Token.DIRECTIVE) {
      attribute();
    }
    List<FunctionCode.Variable> results = lexer.accept('(') ? declarations.parameters() : List.of();
    int name = declarations.name();
    List<FunctionCode.Variable> parameters =
        lexer.accept('(') ? declarations.parameters() : List.of();
    scopes.bind(name, Scopes.Kind.FUNCTION, 0);
    if (ofManyTexts) {
      weak.add(name);
    }
    while (!lexer.is('{') && !lexer.is(';')) {
      if (lexer.token() != Token.DIRECTIVE) {
        throw lexer.unexpected("a function's body");
      }
      attribute();
    }
    if (lexer.accept('{')) {
      if (CallTranslation.external(names.text(name))) {
        throw new Unreadable("a body of its own for " + names.text(name), line);
      }
      FunctionCode code = new FunctionCode(kernel, parameters, results);
      if (functions.putIfAbsent(name, code) != null) {
        throw new Unreadable("a second body of " + names.text(name), line);
      }
      bodies.parse(code);
    }
  }

  /** A directive between a function's name and its body, with numbers, strings and names. */
  private void attribute() {
    boolean pragma = lexer.matches(".pragma");
    boolean list = lexer.matches(".attribute");
    lexer.next();
    if (list && lexer.accept('(')) {
      while (lexer.token() != Token.END && !lexer.accept(')')) {
        lexer.next();
      }
    }
    while (lexer.token() == Token.NUMBER || lexer.token() == Token.STRING || lexer.is(',')) {
      lexer.next();
    }
    if (pragma) {
      lexer.expect(';');
    }
  }
}
