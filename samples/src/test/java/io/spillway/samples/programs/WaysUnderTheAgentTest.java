package io.spillway.samples.programs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.samples.UnderTheAgent;
import io.spillway.samples.jcuda.VectorAdd;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the ways tell of themselves, with a program under the agent on the stub driver. */
@Tag("stub")
class WaysUnderTheAgentTest {

  private static final long MIB = 1L << 20;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(names = {"FAULTS", "ZERO_COPY", "ENGINE"})
  void whoKeepsTheBudgetTellsHowMuchOfItWasUsed(ProgramWay way) {
    long footprintBytes = 96 * MIB; // in parts of 4 MiB, of which the budget holds eight
    String said =
        UnderTheAgent.run(
            directory,
            way.agentOptions(footprintBytes).orElseThrow(),
            VectorAdd.class,
            "--bytes",
            Long.toString(footprintBytes),
            "--parts",
            "8",
            "--passes",
            "4");

    var result = new ChildJvm.Result(new ObjectMapper().createObjectNode(), said);
    assertThat(ProgramRun.of(result).mostOfBudget().orElseThrow()).as(said).isBetween(0.8, 1.4);
  }
}
