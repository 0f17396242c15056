package io.spillway.access.ptx;

import io.spillway.access.ptx.Lexer.Token;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of a text's functions, statement by statement. */
final class BodyParser {

  private static final String SPECIAL =
      "tid|ntid|laneid|warpid|nwarpid|ctaid|nctaid|smid|nsmid|gridid|clusterid|nclusterid"
          + "|cluster_ctaid|cluster_nctaid|cluster_ctarank|cluster_nctarank|is_explicit_cluster"
          + "|lanemask_(eq|le|lt|ge|gt)|clock|clock64|clock_hi|pm\\d(_64)?|globaltimer(_lo|_hi)?"
          + "|reserved_smem_offset_\\w+|(total|aggr|dynamic)_smem_size";

  /** Special registers that hold numbers; WARP_SZ is not quite one. */
  private static final Pattern NUMBERS = Pattern.compile("%(" + SPECIAL + ")|WARP_SZ");

  /** Special registers by which the driver passes addresses, such as of what grids wait on. */
  private static final Pattern DRIVERS = Pattern.compile("%envreg\\d+");

  /** Directives of a body that end with a semicolon and say nothing of data. */
  private static final Set<String> IDLE =
      Set.of(".pragma", ".branchtargets", ".calltargets", ".callprototype", ".maxnreg", ".align");

  private static final String SINK = "_";

  private final Lexer lexer;
  private final Names names;
  private final Scopes scopes;
  private final Declarations declarations;
  private @Nullable Opcode[] opcodes = new @Nullable Opcode[0];
  private final Operands operands = new Operands();

  // Registers that no declaration names one by one, per function.
  private int[] registers = new int[0];
  private int[] registerOwners = new int[0];
  private int owner;

  private final Map<Integer, Constant> special = new HashMap<>();

  BodyParser(Lexer lexer, Names names, Scopes scopes, Declarations declarations) {
    this.lexer = lexer;
    this.names = names;
    this.scopes = scopes;
    this.declarations = declarations;
  }

  /**
   * Reads a body into {@code code}, from after its opening brace to after its closing one. What is
   * not understood makes {@code code} opaque.
   */
  void parse(FunctionCode code) {
    owner++;
    Translation translation = new Translation(code);
    int outside = scopes.depth();
    int braces = lexer.braces();
    scopes.enter();
    bindParameters(code);
    while (!(lexer.is('}') && lexer.braces() == braces)) {
      if (lexer.token() == Token.END) {
        throw lexer.unexpected("'}'");
      }
      if (code.opaque() != null) {
        lexer.next();
      } else if (lexer.accept('{')) {
        scopes.enter();
      } else if (lexer.accept('}')) {
        scopes.exit();
      } else {
        statement(code, translation);
      }
    }
    lexer.next();
    scopes.exitTo(outside);
    code.rules().trim();
  }

  private void bindParameters(FunctionCode code) {
    int frame = 0;
    for (FunctionCode.Variable each : code.parameters()) {
      scopes.bind(each.name(), Scopes.Kind.FRAME, frame++);
    }
    for (FunctionCode.Variable each : code.results()) {
      scopes.bind(each.name(), Scopes.Kind.FRAME, frame++);
    }
  }

  private void statement(FunctionCode code, Translation translation) {
    try {
      if (lexer.token() == Token.DIRECTIVE) {
        directive(code, translation);
      } else if (lexer.token() == Token.WORD) {
        labelOrInstruction(code, translation);
      } else if (lexer.accept('@')) {
        lexer.accept('!');
        word("a predicate");
      } else if (!lexer.accept(';')) {
        throw lexer.unexpected("an instruction");
      }
    } catch (Unreadable e) {
      code.makeOpaque(e.reason());
    }
  }

  private void directive(FunctionCode code, Translation translation) {
    String directive = lexer.tokenText();
    switch (directive) {
      case ".loc", ".file" -> lexer.skipLine();
      case ".reg" ->
          declarations.variables(
              (name, bytes) -> scopes.bind(name, Scopes.Kind.VALUE, code.newValue()));
      case ".local" ->
          declarations.variables(
              (name, bytes) -> scopes.bind(name, Scopes.Kind.FRAME, code.newFrame()));
      case ".param" ->
          declarations.variables(
              (name, bytes) -> scopes.bind(name, Scopes.Kind.ARGUMENT, translation.newArgument()));
      case ".shared" -> declarations.variables((name, bytes) -> constant(name, Constant.SHARED));
      case ".global", ".const" ->
          declarations.variables((name, bytes) -> constant(name, Constant.MODULE));
      default -> {
        if (!IDLE.contains(directive)) {
          throw lexer.unexpected("a directive that is known");
        }
        while (lexer.next() != Token.END && !lexer.is(';') && !lexer.is('}')) {
          // Nothing here is of interest.
        }
      }
    }
  }

  private void constant(int name, Constant constant) {
    scopes.bind(name, Scopes.Kind.CONSTANT, constant.value());
  }

  private int word(String wanted) {
    if (lexer.token() != Token.WORD) {
      throw lexer.unexpected(wanted);
    }
    int name = names.of(lexer.start(), lexer.end());
    lexer.next();
    return name;
  }

  private void labelOrInstruction(FunctionCode code, Translation translation) {
    int line = lexer.line();
    int name = word("an instruction");
    if (lexer.accept(':')) {
      return;
    }
    Opcode opcode = opcode(name);
    operands.clear();
    translation.begin(opcode, operands, line);
    switch (opcode.form()) {
      case CALL -> call(code, translation);
      case NOTHING -> {
        while (!lexer.is(';')) {
          if (lexer.token() == Token.END || lexer.is('}')) {
            throw lexer.unexpected("';'");
          }
          lexer.next();
        }
      }
      case UNKNOWN ->
          throw new Unreadable("the instruction " + names.text(name) + " is not known", line);
      default -> {
        do {
          operand(code, translation);
        } while (lexer.accept(','));
        translation.translate();
      }
    }
    lexer.expect(';');
  }

  private Opcode opcode(int name) {
    if (name >= opcodes.length) {
      opcodes = Arrays.copyOf(opcodes, Math.max(2 * opcodes.length, names.count()));
    }
    Opcode opcode = opcodes[name];
    if (opcode == null) {
      opcode = Opcode.of(names.text(name));
      opcodes[name] = opcode;
    }
    return opcode;
  }

  private void operand(FunctionCode code, Translation translation) {
    if (lexer.is(';')) {
      return;
    }
    lexer.accept('!');
    if (lexer.accept('[')) {
      operands.begin(true);
      address(code, translation);
      lexer.expect(']');
    } else if (lexer.accept('{')) {
      operands.begin(false);
      elements(code, translation);
      lexer.expect('}');
    } else {
      operands.begin(false);
      element(code, translation);
    }
    if (lexer.accept('|')) {
      // Always a predicate that is set.
      int predicate = value(code, translation);
      if (predicate >= 0) {
        translation.number(predicate);
      }
    }
  }

  private void elements(FunctionCode code, Translation translation) {
    do {
      element(code, translation);
    } while (lexer.accept(','));
  }

  private void element(FunctionCode code, Translation translation) {
    lexer.accept('!');
    if (lexer.token() == Token.NUMBER || lexer.is('-') || lexer.is('~')) {
      operands.add(Operands.LITERAL, literal());
      return;
    }
    int value = value(code, translation);
    if (lexer.is('+') || lexer.is('-')) {
      value = translation.sum(value, offset());
    }
    operands.add(value, 0);
  }

  /** A base, its offset, and whatever else is inside the brackets. */
  private void address(FunctionCode code, Translation translation) {
    if (lexer.token() == Token.NUMBER) {
      long at = literal();
      operands.add(Constant.of(at).value(), at);
    } else {
      int name = operandName();
      if (scopes.kind(name) == Scopes.Kind.ARGUMENT) {
        operands.markArgument();
        operands.add(scopes.index(name), offset());
        return;
      }
      operands.add(resolved(name, code, translation), offset());
    }
    while (lexer.accept(',')) {
      if (lexer.accept('{')) {
        elements(code, translation);
        lexer.expect('}');
      } else {
        element(code, translation);
      }
    }
  }

  /** What is added to the word before; 0 if nothing is. */
  private long offset() {
    boolean there = lexer.accept('+') || lexer.is('-');
    long offset = there ? literal() : 0;
    if (!Constant.small(offset)) {
      throw lexer.unexpected("the end of an address with an offset that is not an address itself");
    }
    return offset;
  }

  private long literal() {
    boolean negative = lexer.accept('-');
    boolean inverted = !negative && lexer.accept('~');
    if (lexer.token() != Token.NUMBER) {
      throw lexer.unexpected("a number");
    }
    long magnitude = Literals.parse(lexer);
    lexer.next();
    return negative ? -magnitude : inverted ? ~magnitude : magnitude;
  }

  /** The value that a word stands for. */
  private int value(FunctionCode code, Translation translation) {
    if (lexer.token() == Token.WORD && lexer.matches(SINK)) {
      lexer.next();
      return Operands.SINK;
    }
    return resolved(operandName(), code, translation);
  }

  private int operandName() {
    if (lexer.token() != Token.WORD) {
      throw lexer.unexpected("an operand");
    }
    // A special register's component, or a vector's: the components of one are not told apart.
    int end = lexer.start();
    while (end < lexer.end() && lexer.text()[end] != '.') {
      end++;
    }
    int name = names.of(lexer.start(), end);
    lexer.next();
    return name;
  }

  private int resolved(int name, FunctionCode code, Translation translation) {
    Scopes.Kind kind = scopes.kind(name);
    if (kind == null) {
      return register(name, code);
    }
    return switch (kind) {
      case VALUE, CONSTANT -> scopes.index(name);
      case FUNCTION -> Constant.MODULE.value();
      case FRAME -> translation.frame(scopes.index(name));
      case ARGUMENT ->
          throw new Unreadable(
              "the address of " + names.text(name) + ", a parameter of a call", lexer.line());
    };
  }

  private int register(int name, FunctionCode code) {
    if (name >= registers.length) {
      int length = Math.max(2 * registers.length, names.count());
      registers = Arrays.copyOf(registers, length);
      registerOwners = Arrays.copyOf(registerOwners, length);
    }
    if (registerOwners[name] != owner) {
      Constant constant = special.computeIfAbsent(name, this::special);
      registers[name] = constant == Constant.UNKNOWN ? code.newValue() : constant.value();
      registerOwners[name] = owner;
    }
    return registers[name];
  }

  /** UNKNOWN for those that are not special. */
  private Constant special(int name) {
    String text = names.text(name);
    return NUMBERS.matcher(text).matches()
        ? Constant.NUMBER
        : DRIVERS.matcher(text).matches() ? Constant.DRIVER : Constant.UNKNOWN;
  }

  private void call(FunctionCode code, Translation translation) {
    CallArguments call = new CallArguments();
    if (lexer.accept('(')) {
      callVariables(code, translation, call, true);
      lexer.expect(',');
    }
    if (lexer.token() != Token.WORD) {
      throw lexer.unexpected("a function");
    }
    int line = lexer.line();
    int name = names.of(lexer.start(), lexer.end());
    if (scopes.kind(name) != Scopes.Kind.FUNCTION) {
      throw new Unreadable("a call through a pointer", line);
    }
    lexer.next();
    if (lexer.accept(',')) {
      lexer.expect('(');
      callVariables(code, translation, call, false);
    }
    translation.call(name, names.text(name), call);
  }

  private void callVariables(
      FunctionCode code, Translation translation, CallArguments call, boolean results) {
    while (!lexer.accept(')')) {
      int name = lexer.token() == Token.WORD ? names.of(lexer.start(), lexer.end()) : -1;
      if (name >= 0 && scopes.kind(name) == Scopes.Kind.ARGUMENT) {
        lexer.next();
        call.addVariable(scopes.index(name), results);
      } else {
        operands.clear();
        operands.begin(false);
        element(code, translation);
        call.addValue(operands.source(0, 0), results);
      }
      if (!lexer.is(')')) {
        lexer.expect(',');
      }
    }
  }
}
