package io.spillway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.ConstantValueAttribute;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ConstantDescs;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JcudaTransformerTest {

  private static final String DRIVER = JcudaShape.DRIVER.className();

  private final List<String> said = new ArrayList<>();
  private final JcudaTransformer transformer = new JcudaTransformer(said::add);

  /** Where the build puts the versions of JCuda whose shapes are known. */
  private static final Path VERSIONS = Path.of("target", "jcuda-versions");

  static Stream<Path> versions() throws IOException {
    try (Stream<Path> jars = Files.list(VERSIONS)) {
      return jars.sorted().toList().stream();
    }
  }

  private static byte[] classFile(ClassLoader loader, String name) throws IOException {
    try (InputStream stream = loader.getResourceAsStream(name + ".class")) {
      return stream.readAllBytes();
    }
  }

  private byte[] transform(ClassLoader loader, String name, byte[] classFile) {
    return transformer.transform(loader, name, null, null, classFile);
  }

  private static long linkedCalls(byte[] classFile) {
    long calls = 0;
    for (MethodModel method : ClassFile.of().parse(classFile).methods()) {
      calls += linkedCalls(method);
    }
    return calls;
  }

  private static long linkedCalls(MethodModel method) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .filter(InvokeDynamicInstruction.class::isInstance)
        .count();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void knowsTheShapesOf(Path jar) throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      for (JcudaShape shape : JcudaShape.values()) {
        byte[] plain = classFile(loader, shape.className());
        byte[] transformed = transform(loader, shape.className(), plain);
        assertThat(said).isEmpty();
        assertThat(transformed).isNotNull();
        assertThat(ClassFile.of().verify(transformed)).isEmpty();
        assertThat(linkedCalls(transformed)).isGreaterThanOrEqualTo(shape.required().size());
        assertThat(methods(transformed))
            .containsAll(methods(plain))
            .hasSize(methods(plain).size() + 2);
      }
    }
  }

  @Test
  void theNewestHasEveryMethodOfTheTables() throws Exception {
    ClassLoader loader = getClass().getClassLoader();
    List<String> present = new ArrayList<>();
    for (JcudaShape shape : JcudaShape.values()) {
      present.addAll(methods(classFile(loader, shape.className())));
    }
    for (JcudaShape shape : JcudaShape.values()) {
      for (Map.Entry<String, String> each : shape.descriptors().entrySet()) {
        assertThat(present).contains(each.getKey() + each.getValue());
      }
    }
  }

  private static List<String> methods(byte[] classFile) {
    return ClassFile.of().parse(classFile).methods().stream()
        .map(method -> method.methodName().stringValue() + method.methodType().stringValue())
        .toList();
  }

  @Test
  void otherClassesAreNotTouched() throws Exception {
    ClassLoader loader = getClass().getClassLoader();
    for (String name : List.of("jcuda/Pointer", "jcuda/driver/CUdeviceptr")) {
      assertThat(transform(loader, name, classFile(loader, name))).isNull();
    }
    assertThat(transform(loader, null, new byte[0])).isNull();
    assertThat(said).isEmpty();
    assertThat(transformer.sawJcuda()).isFalse();
  }

  @Test
  void otherMethodsAreNotTouched() throws Exception {
    ClassLoader loader = getClass().getClassLoader();
    for (JcudaShape shape : JcudaShape.values()) {
      byte[] plain = classFile(loader, shape.className());
      byte[] transformed = transform(loader, shape.className(), plain);
      List<String> linked = new ArrayList<>();
      for (MethodModel method : ClassFile.of().parse(transformed).methods()) {
        String name = method.methodName().stringValue();
        if (linkedCalls(method) > 0 && !name.equals(LinkedClass.LISTENING)) {
          linked.add(name);
        }
        assertThat(linkedCalls(method)).as(name).isLessThanOrEqualTo(1);
      }
      assertThat(shape.descriptors().keySet()).containsAll(linked);
      assertThat(linked)
          .doesNotContain(
              "cudaMalloc3D",
              "cudaMallocArray",
              "cudaMallocHost",
              "cuArrayCreate",
              "cuMemMap",
              "cuMemCreate",
              "cuMemHostAlloc",
              "cuMemAllocHost",
              "cuIpcGetMemHandle");
    }
  }

  /** Whoever does not listen calls JCuda's native method as before. */
  @Test
  void whatIsForListenersAloneKeepsTheNativeCall() throws Exception {
    ClassLoader loader = getClass().getClassLoader();
    for (JcudaShape shape : JcudaShape.values()) {
      byte[] transformed =
          transform(loader, shape.className(), classFile(loader, shape.className()));
      for (MethodModel method : ClassFile.of().parse(transformed).methods()) {
        String name = method.methodName().stringValue();
        if (linkedCalls(method) > 0 && shape.descriptors().containsKey(name)) {
          assertThat(calls(method, name + JcudaShape.NATIVE_SUFFIX))
              .as(name)
              .isEqualTo(Linker.onlyForListeners(name + JcudaShape.NATIVE_SUFFIX) ? 1 : 0);
        }
      }
    }
  }

  private static long calls(MethodModel method, String name) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .filter(
            element -> element instanceof InvokeInstruction call && call.name().equalsString(name))
        .count();
  }

  private static byte[] doctored(UnaryOperator<ClassTransform> change, byte[] classFile) {
    ClassFile format = ClassFile.of();
    return format.transformClass(format.parse(classFile), change.apply(ClassTransform.ACCEPT_ALL));
  }

  private void leftAlone(byte[] classFile, String because) {
    ClassLoader loader = getClass().getClassLoader();
    assertThat(transform(loader, DRIVER, classFile)).isNull();
    assertThat(transform(loader, DRIVER, classFile)).isNull();
    assertThat(said).as("said once").singleElement().asString().contains("left alone", because);
  }

  @Test
  void aMissingMethodLeavesTheClassAlone() throws Exception {
    byte[] plain = classFile(getClass().getClassLoader(), DRIVER);
    leftAlone(
        doctored(all -> ClassTransform.dropping(element -> named(element, "cuMemAlloc")), plain),
        "it lacks cuMemAlloc");
  }

  private static boolean named(ClassElement element, String name) {
    return element instanceof MethodModel method && method.methodName().equalsString(name);
  }

  @Test
  void aMethodThatDoesMoreLeavesTheClassAlone() throws Exception {
    byte[] plain = classFile(getClass().getClassLoader(), DRIVER);
    CodeTransform twice =
        (builder, element) -> {
          if (element instanceof ReturnInstruction) {
            builder.dup().pop();
          }
          builder.with((CodeElement) element);
        };
    leftAlone(
        doctored(
            all ->
                ClassTransform.transformingMethodBodies(
                    method -> method.methodName().equalsString("cuMemFree"), twice),
            plain),
        "its cuMemFree does more than is known");
  }

  @Test
  void brokenBytesLeaveTheClassAlone() {
    leftAlone(new byte[] {1, 2, 3}, "could not be transformed");
  }

  @Test
  void aVersionNotComparedLeavesTheClassAlone() throws Exception {
    byte[] plain = classFile(getClass().getClassLoader(), DRIVER);
    leftAlone(
        doctored(
            all ->
                (builder, element) -> {
                  if (element instanceof FieldModel field
                      && field.fieldName().equalsString("CUDA_VERSION")) {
                    builder.withField(
                        "CUDA_VERSION",
                        ConstantDescs.CD_int,
                        each ->
                            each.withFlags(ClassFile.ACC_STATIC | ClassFile.ACC_FINAL)
                                .with(ConstantValueAttribute.of(13000)));
                  } else {
                    builder.with(element);
                  }
                },
            plain),
        "it says it is for CUDA 13.0, and known are 10.2 to 12.6");
  }

  @Test
  void everyTransferSaysWhatItTouches() {
    for (TransferShape shape : TransferShape.all()) {
      assertThat(shape.width()).as(shape.method()).isNotNegative();
      assertThat(shape.destination() >= 0 || shape.source() >= 0).as(shape.method()).isTrue();
      assertThat(shape.method().endsWith("Async")).isEqualTo(shape.stream() >= 0);
    }
  }
}
