package io.spillway.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.MethodHandles;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PointerReaderProperties {

  private static final PointerReader READER = reader();

  private static PointerReader reader() {
    try {
      return PointerReader.of(MethodHandles.lookup());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** One kernel argument, and the words a reader should see in it. */
  record Argument(NativePointerObject pointer, List<Long> words) {}

  private static CUdeviceptr device(long address) {
    return io.spillway.driver.jcuda.JcudaHandles.pointer(address);
  }

  private static Argument structure(byte[] bytes, boolean direct, int offset) {
    ByteBuffer buffer =
        direct
            ? ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder())
            : ByteBuffer.wrap(bytes.clone()).order(ByteOrder.nativeOrder());
    if (direct) {
      buffer.put(bytes).clear();
    }
    int start = Math.min(offset, bytes.length);
    List<Long> words = new ArrayList<>();
    for (int at = start; at + 8 <= bytes.length; at += 8) {
      words.add(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong(at));
    }
    return new Argument(Pointer.to(buffer).withByteOffset(start), words);
  }

  @Provide
  Arbitrary<Argument> arguments() {
    Arbitrary<Argument> addresses =
        Combinators.combine(
                Arbitraries.longs().between(1, 1L << 47), Arbitraries.longs().between(0, 1 << 20))
            .as(
                (address, offset) ->
                    new Argument(
                        Pointer.to(device(address).withByteOffset(offset)),
                        List.of(address + offset)));
    Arbitrary<Argument> several =
        Arbitraries.longs()
            .between(1, 1L << 47)
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(
                each ->
                    new Argument(
                        Pointer.to(
                            each.stream()
                                .map(PointerReaderProperties::device)
                                .toArray(NativePointerObject[]::new)),
                        each));
    Arbitrary<Argument> numbers =
        Arbitraries.integers().map(n -> new Argument(Pointer.to(new int[] {n}), List.of()));
    Arbitrary<Argument> longs =
        Arbitraries.longs()
            .list()
            .ofMinSize(1)
            .ofMaxSize(5)
            .map(
                each ->
                    new Argument(
                        Pointer.to(each.stream().mapToLong(Long::longValue).toArray()), each));
    Arbitrary<Argument> structures =
        Combinators.combine(
                Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(64),
                Arbitraries.of(true, false),
                Arbitraries.integers().between(0, 16))
            .as(PointerReaderProperties::structure);
    return Arbitraries.oneOf(addresses, several, numbers, longs, structures);
  }

  @Property
  void readsWhatANaiveReadingOfTheArgumentsGives(
      @ForAll("arguments") Argument first,
      @ForAll @Size(max = 6) List<@net.jqwik.api.From("arguments") Argument> rest) {
    List<Argument> all = new ArrayList<>(rest);
    all.addFirst(first);
    Pointer parameters =
        Pointer.to(all.stream().map(Argument::pointer).toArray(NativePointerObject[]::new));
    List<Long> seen = new ArrayList<>();
    READER.addresses(parameters, seen::add);
    assertThat(seen)
        .containsExactlyElementsOf(all.stream().flatMap(each -> each.words().stream()).toList());
  }

  @Property
  void scansEveryEighthByteFromTheOffset(
      @ForAll @Size(max = 100) byte[] bytes, @ForAll @IntRange(max = 20) int offset) {
    List<Long> naive = new ArrayList<>();
    for (int at = offset; at + 8 <= bytes.length; at += 8) {
      long word = 0;
      for (int i = 7; i >= 0; i--) {
        word = word << 8 | (bytes[at + i] & 0xff);
      }
      naive.add(
          ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? word : Long.reverseBytes(word));
    }
    List<Long> seen = new ArrayList<>();
    Buffer buffer = ByteBuffer.wrap(bytes);
    ArgumentBytes.scan(buffer, offset, seen::add);
    assertThat(seen).isEqualTo(naive);
  }

  @Property
  void hostMemoryHasNoAddress(@ForAll @IntRange(max = 64) int offset) {
    assertThat(READER.address(Pointer.to(new int[32]).withByteOffset(offset))).isZero();
    assertThat(READER.address(Pointer.to(new CUdeviceptr()))).isZero();
    assertThat(Optional.of(READER.address(null))).contains(0L);
  }
}
