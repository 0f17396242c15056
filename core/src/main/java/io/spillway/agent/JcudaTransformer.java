package io.spillway.agent;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.reflect.AccessFlag;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the native calls of JCuda's interesting methods into dynamic ones that {@link Linker}
 * links.
 *
 * <p>A class whose version or methods are not exactly of a {@linkplain JcudaShape shape} known is
 * left alone, and so is one that anything goes wrong with; both are said once.
 */
final class JcudaTransformer implements ClassFileTransformer {

  /** The method each transformed class gets, its bootstrap method. */
  private static final String BOOTSTRAP = "spillway$link";

  private static final String PACKAGES = "jcuda/";

  private static final ClassDesc CALL_SITE = ClassDesc.of("java.lang.invoke.CallSite");
  private static final MethodTypeDesc LINKING =
      MethodTypeDesc.of(
          CALL_SITE,
          ConstantDescs.CD_MethodHandles_Lookup,
          ConstantDescs.CD_String,
          ConstantDescs.CD_MethodType);

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
    ClassDesc owner = model.thisClass().asSymbol();
    DirectMethodHandleDesc bootstrap =
        MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.STATIC, owner, BOOTSTRAP, LINKING);
    CodeTransform linked =
        (builder, element) -> {
          if (element instanceof InvokeInstruction call && isNativeCall(model, call)) {
            builder.invokedynamic(
                DynamicCallSiteDesc.of(bootstrap, call.name().stringValue(), call.typeSymbol()));
          } else {
            builder.with(element);
          }
        };
    return format.transformClass(
        model,
        ClassTransform.transformingMethodBodies(method -> isOurs(descriptors, method), linked)
            .andThen(ClassTransform.endHandler(JcudaTransformer::addBootstrap)));
  }

  private static void addBootstrap(ClassBuilder builder) {
    ClassDesc loader = ClassDesc.of("java.lang.ClassLoader");
    ClassDesc method = ClassDesc.of("java.lang.reflect.Method");
    ClassDesc object = ConstantDescs.CD_Object;
    ClassDesc classes = ConstantDescs.CD_Class;
    // return (CallSite) Class.forName(Linker, true, ClassLoader.getSystemClassLoader())
    //     .getMethod("link", Lookup.class, String.class, MethodType.class)
    //     .invoke(null, lookup, name, type);
    builder.withMethodBody(
        BOOTSTRAP,
        LINKING,
        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
        code -> {
          code.ldc(Linker.class.getName())
              .iconst_1()
              .invokestatic(loader, "getSystemClassLoader", MethodTypeDesc.of(loader))
              .invokestatic(
                  classes,
                  "forName",
                  MethodTypeDesc.of(
                      classes, ConstantDescs.CD_String, ConstantDescs.CD_boolean, loader))
              .ldc("link")
              .iconst_3()
              .anewarray(classes);
          for (int i = 0; i < LINKING.parameterCount(); i++) {
            code.dup().loadConstant(i).ldc(LINKING.parameterType(i)).aastore();
          }
          code.invokevirtual(
                  classes,
                  "getMethod",
                  MethodTypeDesc.of(method, ConstantDescs.CD_String, classes.arrayType()))
              .aconst_null()
              .iconst_3()
              .anewarray(object);
          for (int i = 0; i < LINKING.parameterCount(); i++) {
            code.dup().loadConstant(i).aload(i).aastore();
          }
          code.invokevirtual(
                  method, "invoke", MethodTypeDesc.of(object, object, object.arrayType()))
              .checkcast(CALL_SITE)
              .areturn();
        });
  }

  private static boolean isOurs(Map<String, String> descriptors, MethodModel method) {
    return method
        .methodType()
        .stringValue()
        .equals(descriptors.get(method.methodName().stringValue()));
  }

  private static boolean isNativeCall(ClassModel model, Instruction instruction) {
    return instruction instanceof InvokeInstruction call && isNativeCall(model, call);
  }

  private static boolean isNativeCall(ClassModel model, InvokeInstruction call) {
    return call.opcode() == Opcode.INVOKESTATIC
        && call.owner().equals(model.thisClass())
        && call.name().stringValue().endsWith(JcudaShape.NATIVE_SUFFIX);
  }

  private static void check(
      Set<String> required, Map<String, String> descriptors, ClassModel model) {
    Set<String> missing = new TreeSet<>(required);
    for (MethodModel method : model.methods()) {
      String name = method.methodName().stringValue();
      boolean another = JcudaShape.overloaded(name) && !isOurs(descriptors, method);
      if (descriptors.containsKey(name) && method.flags().has(AccessFlag.PUBLIC) && !another) {
        missing.remove(name);
        checkMethod(isOurs(descriptors, method), model, method, name);
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
    List<Instruction> body = method.code().map(JcudaTransformer::instructions).orElseGet(List::of);
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
            && isNativeCall(model, made)
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

  private static List<Instruction> instructions(CodeModel code) {
    return code.elementStream()
        .filter(Instruction.class::isInstance)
        .map(Instruction.class::cast)
        .toList();
  }

  private static void checkVersion(ClassModel model) {
    int version =
        model.fields().stream()
            .filter(field -> VERSION_FIELDS.contains(field.fieldName().stringValue()))
            .flatMap(field -> field.findAttribute(Attributes.constantValue()).stream())
            .map(value -> value.constant().constantValue())
            .filter(Integer.class::isInstance)
            .map(Integer.class::cast)
            .findFirst()
            .orElse(0);
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
