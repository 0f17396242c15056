package io.spillway.access.ptx;

import static io.spillway.access.ptx.ParameterAccess.NOT_ACCESSED;
import static io.spillway.access.ptx.ParameterAccess.READ_ONLY;
import static io.spillway.access.ptx.ParameterAccess.READ_WRITE;
import static io.spillway.access.ptx.ParameterAccess.UNKNOWN;
import static io.spillway.access.ptx.ParameterAccess.WRITE_ONLY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PtxModuleTest {

  private static final String HEADER = ".version 9.0\n.target sm_90\n.address_size 64\n";

  /** A kernel k of two pointers, in %rd1 and %rd2, and a number, in %r1. */
  private static String kernel(String body) {
    return HEADER
        + """
        .extern .func (.param .b64 result) other (.param .b64 argument);
        .shared .align 8 .b8 tile[64];
        .global .align 8 .b8 table[64];
        .visible .entry k(.param .u64 k_0, .param .u64 k_1, .param .u32 k_2)
        {
        .local .align 8 .b8 depot[64];
        .reg .pred %%p<9>; .reg .b32 %%r<9>; .reg .b64 %%rd<99>;
        ld.param.u64 %%rd1, [k_0];
        ld.param.u64 %%rd2, [k_1];
        ld.param.u32 %%r1, [k_2];
        %s
        ret;
        }
        """
            .formatted(body);
  }

  private static KernelEvidence evidence(String text, String kernel) {
    PtxModule module = PtxModule.parse(text);
    assertThat(module.opaque()).isEmpty();
    return module.kernel(kernel).orElseThrow();
  }

  static Stream<Arguments> instructions() {
    return Stream.of(
        Arguments.of("ld.global.u32 %r2, [%rd1];", READ_ONLY),
        Arguments.of("ld.global.nc.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1+16];", READ_ONLY),
        Arguments.of("ld.volatile.global.u8 %rs1, [%rd1+-1];", READ_ONLY),
        Arguments.of("ld.relaxed.sys.global.b128 %rq1, [%rd1];", READ_ONLY),
        Arguments.of("ldu.global.u32 %r2, [%rd1];", READ_ONLY),
        Arguments.of("st.global.v2.u64 [%rd1], {1, 2};", WRITE_ONLY),
        Arguments.of("st.u16 [%rd1], %rs1;", WRITE_ONLY),
        Arguments.of("@%p1 st.global.u32 [%rd1], 0;", WRITE_ONLY),
        Arguments.of("st.shared.u32 [%rd1], 0;", NOT_ACCESSED),
        Arguments.of("atom.global.add.u32 %r2, [%rd1], 1;", READ_WRITE),
        Arguments.of("atom.acq_rel.gpu.cas.b64 _, [%rd1], 0, 1;", READ_WRITE),
        Arguments.of("atom.shared.add.u32 %r2, [%rd1], 1;", NOT_ACCESSED),
        Arguments.of("red.global.max.s32 [%rd1], %r1;", READ_WRITE),
        Arguments.of("red.async.relaxed.cluster.global.add.u32 [%rd1], 1, [%rd9];", READ_WRITE),
        Arguments.of("prefetch.global.L1 [%rd1];", READ_ONLY),
        Arguments.of("applypriority.global.L2::evict_normal [%rd1], 128;", READ_ONLY),
        Arguments.of("discard.global.L2 [%rd1], 128;", WRITE_ONLY),
        Arguments.of("cp.async.ca.shared.global [tile], [%rd1], 16;", READ_ONLY),
        Arguments.of(
            "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes"
                + " [tile], [%rd1], 64, [tile];",
            READ_ONLY),
        Arguments.of("cp.async.bulk.global.shared::cta.bulk_group [%rd1], [tile], 64;", WRITE_ONLY),
        Arguments.of("cp.async.bulk.prefetch.L2.global [%rd1], 64;", READ_ONLY),
        Arguments.of(
            "cp.reduce.async.bulk.global.shared::cta.bulk_group.add.f32 [%rd1], [tile], 64;",
            READ_WRITE),
        Arguments.of("wmma.load.a.sync.aligned.row.m16n16k16.global.f16 {%r2}, [%rd1];", READ_ONLY),
        Arguments.of(
            "wmma.store.d.sync.aligned.row.m16n16k16.global.f16 [%rd1], {%r2};", WRITE_ONLY),
        Arguments.of("tensormap.replace.tile.rank.global.b1024.b32 [%rd1], 2;", READ_WRITE),
        Arguments.of("setp.eq.u64 %p1, %rd1, 0;", NOT_ACCESSED),
        Arguments.of("st.global.u64 [%rd2], %rd1;", UNKNOWN),
        Arguments.of("st.shared.u64 [tile], %rd1;", UNKNOWN),
        Arguments.of("st.global.u64 [table], %rd1;", UNKNOWN),
        Arguments.of("cvt.u32.u64 %r2, %rd1;\nst.global.u32 [%rd2], %r2;", UNKNOWN),
        Arguments.of("st.local.u64 [depot], %rd1;", NOT_ACCESSED),
        Arguments.of("mbarrier.complete_tx.shared.b64 [tile], %rd1;", UNKNOWN),
        Arguments.of("sust.b.1d.b64.trap [%rd9, {%r1}], {%rd1};", UNKNOWN),
        Arguments.of("ld.u64 %rd3, [%rd1];\nst.u32 [%rd3], 0;", UNKNOWN),
        Arguments.of("ld.u64 %rd3, [%rd1];\nld.u32 %r2, [%rd3];", READ_ONLY),
        Arguments.of("st.u32 [%rd7], 0;", UNKNOWN),
        Arguments.of("st.u32 [1234567890123], 0;", UNKNOWN),
        Arguments.of("multimem.st.global.u32 [%rd2], 0;", UNKNOWN),
        Arguments.of(
            "cp.async.bulk.tensor.1d.global.shared::cta.bulk_group [%rd2, {0}], [tile];", UNKNOWN),
        Arguments.of("alloca.u64 %rd3, 64;\nst.u64 [%rd3], 1;", NOT_ACCESSED),
        Arguments.of(
            "mov.u32 %r2, %envreg1;\nmov.u32 %r3, %envreg2;\nmov.b64 %rd3, {%r2,%r3};\n"
                + "atom.add.u32 %r4, [%rd3], 1;",
            NOT_ACCESSED));
  }

  @ParameterizedTest
  @MethodSource("instructions")
  void eachInstructionDoesWhatItDoes(String instruction, ParameterAccess expected) {
    KernelEvidence evidence = evidence(kernel(instruction), "k");
    assertThat(evidence.opaque()).isEmpty();
    assertThat(evidence.at(0, 0)).isEqualTo(expected);
  }

  @Test
  void unknownInstructionsMakeTheKernelOpaqueAndOthersNot() {
    String second = ".visible .entry fine(.param .u64 fine_0)\n{\nret;\n}\n";
    String text = kernel("frobnicate.u64 {%rd3, %rd4}, [%rd1];") + second;
    assertThat(evidence(text, "k").opaque())
        .hasValueSatisfying(reason -> assertThat(reason).contains("line 14", "frobnicate.u64"));
    assertThat(evidence(text, "k").at(0, 0)).isEqualTo(UNKNOWN);
    assertThat(evidence(text, "fine").opaque()).isEmpty();
    assertThat(evidence(text, "fine").at(0, 0)).isEqualTo(NOT_ACCESSED);
  }

  @Test
  void functionsThatAreNotThereMakeCallersOpaque() {
    KernelEvidence evidence =
        evidence(
            kernel(
                """
                { .param .b64 a; .param .b64 r;
                st.param.b64 [a+0], %rd1;
                call.uni (r), other, (a);
                }
                """),
            "k");
    assertThat(evidence.opaque()).contains("it calls other, which is not in this text");
    assertThat(evidence.writesElsewhere()).isPresent();
  }

  @Test
  void callsThroughPointersAreOpaque() {
    assertThat(evidence(kernel("call %rd1, (), proto;"), "k").opaque())
        .hasValueSatisfying(reason -> assertThat(reason).contains("a call through a pointer"));
  }

  @Test
  void aliasesAreFollowed() {
    String text =
        HEADER
            + """
            .func alias_of(.param .b64 alias_of_0);
            .func real(.param .b64 real_0)
            {
            .reg .b64 %rd<2>;
            ld.param.u64 %rd1, [real_0];
            st.u32 [%rd1], 0;
            ret;
            }
            .alias alias_of, real;
            .visible .entry k(.param .u64 k_0)
            {
            .reg .b64 %rd<2>;
            ld.param.u64 %rd1, [k_0];
            { .param .b64 a; st.param.b64 [a+0], %rd1; call.uni alias_of, (a); }
            ret;
            }
            """;
    assertThat(evidence(text, "k").at(0, 0)).isEqualTo(WRITE_ONLY);
  }

  @Test
  void parametersAreWhereLaunchesPutThem() {
    KernelEvidence evidence =
        evidence(
            HEADER
                + """
                .visible .entry k(
                  .param .u32 k_0, .param .u64 .ptr .global .align 16 k_1, .param .u8 k_2,
                  .param .align 16 .b8 k_3[24], .param .u32 k_4)
                { ret; }
                """,
            "k");
    assertThat(evidence.parameters().stream().map(ParameterEvidence::offset))
        .containsExactly(0, 8, 16, 32, 56);
    assertThat(evidence.parameters().stream().map(ParameterEvidence::bytes))
        .containsExactly(4, 8, 1, 24, 4);
    assertThat(evidence.parameters().stream().map(each -> each.words().size()))
        .containsExactly(0, 1, 0, 3, 0);
    assertThat(evidence.at(3, 16)).isEqualTo(NOT_ACCESSED);
    assertThat(evidence.at(3, 12)).isEqualTo(UNKNOWN);
    assertThat(evidence.at(3, 24)).isEqualTo(UNKNOWN);
    assertThat(evidence.at(5, 0)).isEqualTo(UNKNOWN);
  }

  @Test
  void parametersThatSayTheyArePointersAreTakenForPointers() {
    String text =
        HEADER
            + """
            .visible .entry k(.param .u64 %s k_0, .param .u64 k_1)
            {
            .reg .b64 %%rd<9>;
            ld.param.u64 %%rd1, [k_0];
            ld.param.u64 %%rd2, [k_1];
            ld.global.u64 %%rd3, [%%rd2];
            add.s64 %%rd4, %%rd1, %%rd3;
            st.u8 [%%rd4], 1;
            ret;
            }
            """;
    assertThat(evidence(text.formatted(".ptr .align 1"), "k").at(0, 0)).isEqualTo(WRITE_ONLY);
    assertThat(evidence(text.formatted(""), "k").at(0, 0)).isEqualTo(UNKNOWN);
  }

  @Test
  void sectionsCommentsAndWhatFollowsANulAreLeftOut() {
    String text =
        "// comment with \" and {\n/* another\n } */"
            + kernel("ld.u32 %r2, [%rd1]; // { } \" '")
            + "\t.file 1 \"a;b{.cu\"\n.section .debug_info\n{\n.b8 1\n.b32 .debug_abbrev\n}\n"
            + "\0 anything # else {{{";
    assertThat(evidence(text, "k").at(0, 0)).isEqualTo(READ_ONLY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                                     | where .version should be
          hello                                                  | where .version should be
          .version 9.0 .target sm_90 .address_size 32            | not of 64 bits
          .version 9.0 .target sm_90                             | not of 64 bits
          .version 9.0 .address_size 64 .entry k() {             | where '}' should be
          .version 9.0 .address_size 64 .entry k() {} .entry k() {} | a second body of k
          .version 9.0 .address_size 64 .func vprintf() {}       | a body of its own for vprintf
          .version 9.0 .address_size 64 .func f(.reg .b32 a) {}  | where a parameter should be
          .version 9.0 .address_size 64 .global .u32 a           | where ';' should be
          .version 9.0 .address_size 64 .nonsense                | a directive that is known
          .version 9.0 .address_size 64 .entry k() { # define a b } | preprocessor
          """)
  void textThatIsNotUnderstoodIsOpaque(String text, String reason) {
    assertThat(PtxModule.parse(text).opaque())
        .hasValueSatisfying(said -> assertThat(said).contains(reason));
    assertThat(PtxModule.parse(text).kernels()).isEmpty();
    assertThat(PtxModule.parse(text).kernel("k")).isEmpty();
  }

  @Test
  void binariesAreOpaque() {
    byte[] elf = {0x7F, 'E', 'L', 'F', 2, 1, 1};
    byte[] fatBinary = {0x50, (byte) 0xED, 0x55, (byte) 0xBA, 1, 0, 16, 0};
    byte[] wrapper = {(byte) 0xB1, 0x43, 0x62, 0x46, 1, 0, 0, 0};
    assertThat(PtxModule.parse(elf).opaque()).contains("machine code, not PTX");
    for (byte[] image : List.of(fatBinary, wrapper)) {
      assertThat(PtxModule.parse(image).opaque())
          .hasValueSatisfying(said -> assertThat(said).contains("fat binary"));
    }
  }

  /** The texts of the samples, which the program there loads. */
  @Test
  void theSamplesKernelsAreUnderstood() throws Exception {
    Path samples =
        Path.of("..", "samples", "src", "main", "resources", "io", "spillway", "samples");
    assertThat(accesses(samples.resolve("jcuda/vector_add.ptx"), "vector_add"))
        .startsWith(READ_ONLY, READ_ONLY, WRITE_ONLY);
    assertThat(accesses(samples.resolve("jcuda/matrix_vector.ptx"), "multiply_rows"))
        .containsExactly(READ_ONLY, NOT_ACCESSED, NOT_ACCESSED, READ_ONLY, WRITE_ONLY);
    assertThat(accesses(samples.resolve("jcuda/nearest_neighbours.ptx"), "nearest"))
        .containsExactly(READ_ONLY, NOT_ACCESSED, READ_ONLY, NOT_ACCESSED, WRITE_ONLY);
    assertThat(accesses(samples.resolve("jcuda/breadth_first.ptx"), "next_level"))
        .startsWith(READ_ONLY, READ_ONLY, READ_WRITE);
    assertThat(accesses(samples.resolve("device/layers.ptx"), "layer_sums"))
        .containsExactly(READ_ONLY, NOT_ACCESSED, NOT_ACCESSED, READ_WRITE);
    assertThat(accesses(samples.resolve("device/bandwidth.ptx"), "read_words").getFirst())
        .isEqualTo(READ_ONLY);
  }

  private static List<ParameterAccess> accesses(Path file, String kernel) throws Exception {
    return evidence(new String(Files.readAllBytes(file), UTF_8), kernel).parameters().stream()
        .map(ParameterEvidence::access)
        .toList();
  }
}
