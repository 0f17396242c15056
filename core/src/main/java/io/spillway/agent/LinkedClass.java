package io.spillway.agent;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;

/**
 * JCuda's class of calls as the agent leaves it: the native calls of its interesting methods are
 * dynamic ones, which {@link Linker} links. They take objects for JCuda's classes.
 *
 * <p>Where only listeners want to know of a call there is a branch to the native one, so that what
 * nobody listens to is not even linked.
 *
 * <p>Nothing here is a lambda, in whose place there is a class: what a program's start would spend
 * on lambdas is more than all the rest of it.
 */
final class LinkedClass implements ClassTransform {

  /** The methods added: the bootstrap method of dynamic calls, and whether anybody listens. */
  static final String BOOTSTRAP = "spillway$link";

  static final String LISTENING = "spillway$listening";

  private static final int ADDED =
      ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;

  private static final String JCUDA = "Ljcuda/";

  private static final MethodTypeDesc TEST = MethodTypeDesc.of(ConstantDescs.CD_boolean);
  private static final ClassDesc CALL_SITE = ClassDesc.of("java.lang.invoke.CallSite");

  /** The last is the native method's type, which is not erased. */
  private static final MethodTypeDesc LINKING =
      MethodTypeDesc.of(
          CALL_SITE,
          ConstantDescs.CD_MethodHandles_Lookup,
          ConstantDescs.CD_String,
          ConstantDescs.CD_MethodType,
          ConstantDescs.CD_MethodType);

  private final ClassDesc owner;
  private final Map<String, String> descriptors;
  private final DirectMethodHandleDesc bootstrap;
  private final MethodTransform body;

  /**
   * The transform of {@code model}.
   *
   * @param descriptors of the methods whose native calls are linked, by name
   */
  LinkedClass(ClassModel model, Map<String, String> descriptors) {
    this.owner = model.thisClass().asSymbol();
    this.descriptors = descriptors;
    this.bootstrap =
        MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.STATIC, owner, BOOTSTRAP, LINKING);
    this.body = MethodTransform.transformingCode(new Body(model));
  }

  @Override
  public void accept(ClassBuilder builder, ClassElement element) {
    if (element instanceof MethodModel method && JcudaShape.isOurs(descriptors, method)) {
      builder.transformMethod(method, body);
    } else {
      builder.with(element);
    }
  }

  /** The code of one method. */
  private final class Body implements CodeTransform {
    private final ClassModel model;

    Body(ClassModel model) {
      this.model = model;
    }

    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
      if (element instanceof InvokeInstruction call && JcudaShape.isNativeCall(model, call)) {
        link(builder, call);
      } else {
        builder.with(element);
      }
    }

    /** The arguments are on the stack already. */
    private void link(CodeBuilder builder, InvokeInstruction call) {
      String name = call.name().stringValue();
      MethodTypeDesc type = call.typeSymbol();
      DynamicCallSiteDesc linked = DynamicCallSiteDesc.of(bootstrap, name, erased(type), type);
      if (!Linker.onlyForListeners(name)) {
        builder.invokedynamic(linked);
        return;
      }
      Label plain = builder.newLabel();
      Label done = builder.newLabel();
      builder
          .invokestatic(owner, LISTENING, TEST)
          .ifeq(plain)
          .invokedynamic(linked)
          .goto_(done)
          .labelBinding(plain)
          .with(call)
          .labelBinding(done);
    }
  }

  private static MethodTypeDesc erased(MethodTypeDesc type) {
    MethodTypeDesc erased = type;
    for (int i = 0; i < type.parameterCount(); i++) {
      if (type.parameterType(i).descriptorString().startsWith(JCUDA)) {
        erased = erased.changeParameterType(i, ConstantDescs.CD_Object);
      }
    }
    return erased;
  }

  @Override
  public void atEnd(ClassBuilder builder) {
    builder.withMethodBody(LISTENING, TEST, ADDED, this::addTest);
    builder.withMethodBody(BOOTSTRAP, LINKING, ADDED, LinkedClass::addBootstrap);
  }

  private void addTest(CodeBuilder code) {
    code.invokedynamic(DynamicCallSiteDesc.of(bootstrap, LISTENING, TEST, TEST)).ireturn();
  }

  /**
   * {@snippet :
   * return (CallSite) Class.forName(Linker, true, ClassLoader.getSystemClassLoader())
   *     .getMethod("link", Lookup.class, String.class, MethodType.class, MethodType.class)
   *     .invoke(null, lookup, name, type, nativeType);
   * }
   */
  private static void addBootstrap(CodeBuilder code) {
    ClassDesc loader = ClassDesc.of("java.lang.ClassLoader");
    ClassDesc method = ClassDesc.of("java.lang.reflect.Method");
    ClassDesc object = ConstantDescs.CD_Object;
    ClassDesc classes = ConstantDescs.CD_Class;
    int arguments = LINKING.parameterCount();
    code.ldc(Linker.class.getName())
        .iconst_1()
        .invokestatic(loader, "getSystemClassLoader", MethodTypeDesc.of(loader))
        .invokestatic(
            classes,
            "forName",
            MethodTypeDesc.of(classes, ConstantDescs.CD_String, ConstantDescs.CD_boolean, loader))
        .ldc("link")
        .loadConstant(arguments)
        .anewarray(classes);
    for (int i = 0; i < arguments; i++) {
      code.dup().loadConstant(i).ldc(LINKING.parameterType(i)).aastore();
    }
    code.invokevirtual(
            classes,
            "getMethod",
            MethodTypeDesc.of(method, ConstantDescs.CD_String, classes.arrayType()))
        .aconst_null()
        .loadConstant(arguments)
        .anewarray(object);
    for (int i = 0; i < arguments; i++) {
      code.dup().loadConstant(i).aload(i).aastore();
    }
    code.invokevirtual(method, "invoke", MethodTypeDesc.of(object, object, object.arrayType()))
        .checkcast(CALL_SITE)
        .areturn();
  }
}
