package io.spillway.agent;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.ConstantValueAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.instrument.ClassFileTransformer;
import java.lang.reflect.AccessFlag;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the native calls of JCuda's interesting methods into dynamic ones: gives the JVM a {@link
 * LinkedClass} for each of the two classes.
 *
 * <p>A class whose version or methods are not exactly of a {@linkplain JcudaShape shape} known is
 * left alone, and so is one that anything goes wrong with; both are said once.
 */
final class JcudaTransformer implements ClassFileTransformer {

  private static final String PACKAGES = "jcuda/";

  /** Where JCuda says which CUDA it is for: 1000 times the major version, 10 times the minor. */
  private static final Set<String> VERSION_FIELDS = Set.of("CUDA_VERSION", "CUDART_VERSION");

  // The first and last version whose shapes were compared. JCuda 12.6 still says 12.0 of itself.
  private static final int OLDEST = 10020;
  private static final int NEWEST = 12060;

  private final Consumer<String> notices;
  private final Set<String> said = ConcurrentHashMap.newKeySet();
  private volatile boolean sawJcuda;

  /**
   * A transformer.
   *
   * @param notices what to say to whoever started the program
   */
  JcudaTransformer(Consumer<String> notices) {
    this.notices = notices;
  }

  /** Whether a class of JCuda's came by. */
  boolean sawJcuda() {
    return sawJcuda;
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String className,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    // First the name alone: our own classes come by here too while they are being loaded.
    if (className == null || redefined != null || !className.startsWith(PACKAGES)) {
      return null;
    }
    Optional<JcudaShape> shape = JcudaShape.of(className);
    if (shape.isEmpty()) {
      return null;
    }
    sawJcuda = true;
    try {
      return transformed(shape.get(), classFile);
    } catch (UnknownShapeException e) {
      say("%s left alone: %s".formatted(className, e.getMessage()));
    } catch (RuntimeException | LinkageError e) {
      say("%s left alone, it could not be transformed: %s".formatted(className, e));
    }
    return null;
  }

  /** A native call that could not be linked, and is made as it was. */
  static void leftAlone(String method, Throwable cause) {
    // Not before it is needed: who starts a logger early chooses the program's logging for it.
    System.getLogger(JcudaTransformer.class.getName())
        .log(System.Logger.Level.WARNING, "JCuda's " + method + " passes through", cause);
  }

  private void say(String line) {
    if (said.add(line)) {
      notices.accept(line);
    }
  }

  private static byte[] transformed(JcudaShape shape, byte[] classFile) {
    ClassFile format = ClassFile.of();
    ClassModel model = format.parse(classFile);
    checkVersion(model);
    Map<String, String> descriptors = shape.descriptors();
    check(shape.required(), descriptors, model);
    return format.transformClass(model, new LinkedClass(model, descriptors));
  }

  private static void check(
      Set<String> required, Map<String, String> descriptors, ClassModel model) {
    Set<String> missing = new TreeSet<>(required);
    for (MethodModel method : model.methods()) {
      String name = method.methodName().stringValue();
      boolean another = JcudaShape.overloaded(name) && !JcudaShape.isOurs(descriptors, method);
      if (descriptors.containsKey(name) && method.flags().has(AccessFlag.PUBLIC) && !another) {
        missing.remove(name);
        checkMethod(JcudaShape.isOurs(descriptors, method), model, method, name);
      }
    }
    if (!missing.isEmpty()) {
      throw new UnknownShapeException("it lacks " + String.join(", ", missing));
    }
  }

  private static void checkMethod(boolean ours, ClassModel model, MethodModel method, String name) {
    String descriptor = method.methodType().stringValue();
    if (!ours || !method.flags().has(AccessFlag.STATIC)) {
      throw new UnknownShapeException("its %s%s is not as known".formatted(name, descriptor));
    }
    List<Instruction> body = instructions(method);
    // Loads of the arguments, the native call, mostly checkResult, return.
    int call = 0;
    boolean preparing = JcudaShape.preparing(name);
    while (call < body.size()
        && (body.get(call) instanceof LoadInstruction
            || (preparing && !isNativeCall(model, body.get(call))))) {
      call++;
    }
    boolean known =
        call < body.size()
            && body.get(call) instanceof InvokeInstruction made
            && JcudaShape.isNativeCall(model, made)
            && made.name().equalsString(name + JcudaShape.NATIVE_SUFFIX)
            && made.type().equalsString(descriptor)
            && isReturnOfResult(body.subList(call + 1, body.size()));
    if (!known) {
      throw new UnknownShapeException("its %s does more than is known".formatted(name));
    }
  }

  /** JCuda checks the result of all but a few calls. */
  private static boolean isReturnOfResult(List<Instruction> rest) {
    boolean checked =
        rest.size() == 2
            && rest.getFirst() instanceof InvokeInstruction check
            && check.name().equalsString("checkResult")
            && check.type().equalsString("(I)I");
    return (checked || rest.size() == 1) && rest.getLast().opcode() == Opcode.IRETURN;
  }

  private static boolean isNativeCall(ClassModel model, Instruction instruction) {
    return instruction instanceof InvokeInstruction call && JcudaShape.isNativeCall(model, call);
  }

  private static List<Instruction> instructions(MethodModel method) {
    List<Instruction> instructions = new ArrayList<>();
    Optional<CodeModel> code = method.code();
    if (code.isPresent()) {
      for (CodeElement element : code.get()) {
        if (element instanceof Instruction instruction) {
          instructions.add(instruction);
        }
      }
    }
    return instructions;
  }

  private static void checkVersion(ClassModel model) {
    int version = 0;
    for (FieldModel field : model.fields()) {
      if (VERSION_FIELDS.contains(field.fieldName().stringValue())) {
        Optional<ConstantValueAttribute> value = field.findAttribute(Attributes.constantValue());
        if (value.isPresent()
            && value.get().constant().constantValue() instanceof Integer constant) {
          version = constant;
        }
      }
    }
    if (version < OLDEST || version > NEWEST) {
      throw new UnknownShapeException(
          "it says it is for CUDA %d.%d, and known are 10.2 to 12.6"
              .formatted(version / 1000, version % 1000 / 10));
    }
  }

  /** A class that is not as the agent knows it. */
  private static final class UnknownShapeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownShapeException(String message) {
      super(message);
    }
  }
}
