package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spillway.driver.sim.Calibration.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The model held to the measurements: the same experiments, each within 15% of what the H200 took,
 * and the table that comes with the library held to the model.
 *
 * <p>After a change of the model, {@code -Dcalibration.write=true} writes the table anew.
 */
class H200CalibrationTest {

  /** How exactly the simulated figures are written down: four significant digits. */
  private static final double WRITTEN = 0.0006;

  private static final Path TABLE =
      Path.of("src/main/resources/io/spillway/driver/sim/h200-calibration.csv");

  static final List<String> NAMES = List.copyOf(H200Rows.all().keySet());

  private static final List<Row> SIMULATED = new ArrayList<>();
  private static Calibration written = new Calibration("h200", List.of());

  @BeforeAll
  static void runEveryExperiment() {
    written = Calibration.h200();
    SIMULATED.clear();
    for (Map.Entry<String, DoubleSupplier> row : H200Rows.all().entrySet()) {
      Row old = written.row(row.getKey());
      double simulated = row.getValue().getAsDouble();
      SIMULATED.add(
          new Row(
              old.name(),
              old.unit(),
              old.measuredLow(),
              old.measuredHigh(),
              simulated,
              old.fitted()));
    }
  }

  @AfterAll
  static void printTheTable() throws IOException {
    Calibration table = new Calibration("h200", SIMULATED);
    System.getLogger(H200CalibrationTest.class.getName())
        .log(System.Logger.Level.INFO, System.lineSeparator() + table);
    if (Boolean.getBoolean("calibration.write")) {
      write();
    }
  }

  private static void write() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(TABLE)) {
      int comma = line.lastIndexOf(',');
      if (line.startsWith("#")) {
        lines.add(line);
      } else {
        Row row = simulated(line.substring(0, line.indexOf(',')));
        lines.add(
            line.substring(0, comma + 1) + String.format(Locale.ROOT, "%.4g", row.simulated()));
      }
    }
    Files.write(TABLE, lines);
  }

  private static Row simulated(String name) {
    return SIMULATED.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void isWithinFifteenPercent(String name) {
    Row row = simulated(name);
    assertThat(Math.abs(row.error())).as(row.toString()).isLessThanOrEqualTo(Calibration.MARGIN);
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void theTableSaysWhatIsSimulated(String name) {
    Row row = simulated(name);
    assertThat(written.row(name).simulated())
        .as("%s; write the table anew with -Dcalibration.write=true", row)
        .isCloseTo(row.simulated(), within(WRITTEN * row.simulated()));
  }

  @Test
  void everyRowHasItsExperimentAndEveryExperimentItsRow() {
    assertThat(written.rows()).extracting(Row::name).containsExactlyElementsOf(NAMES);
  }

  @Test
  void enoughRowsCheckTheModelThatDidNotMakeIt() {
    List<Row> checking = written.rows().stream().filter(row -> !row.fitted()).toList();
    assertThat(checking).hasSizeGreaterThanOrEqualTo(20);
    assertThat(checking).extracting(Row::name).contains("cyclic.managed_kept12_best");
  }

  @Test
  void theErrorIsThatToTheNearestMeasuredFigure() {
    assertThat(new Row("a", "s", 10, 10, 11, true).error()).isCloseTo(0.1, within(1e-12));
    assertThat(new Row("a", "s", 10, 20, 15, true).error()).isZero();
    assertThat(new Row("a", "s", 10, 20, 9, true).error()).isCloseTo(-0.1, within(1e-12));
    Calibration two =
        new Calibration(
            "h200",
            List.of(new Row("a.x", "s", 10, 10, 9, true), new Row("b", "s", 10, 10, 10.5, false)));
    assertThat(two.largestError()).isCloseTo(0.1, within(1e-12));
    assertThat(two.meanError()).isCloseTo(0.075, within(1e-12));
    assertThat(two.about("a.").rows()).extracting(Row::name).containsExactly("a.x");
  }

  @Test
  void aLineThatIsWrongIsNamed() {
    assertThatThrownBy(() -> read("# row\na,s,1,1,fitted"))
        .hasMessage("calibration test, line 2: 5 columns instead of 6");
    assertThatThrownBy(() -> read("a,s,1,1,guessed,1"))
        .hasMessage("calibration test, line 1: 'guessed' is neither fitted nor checked");
    assertThatThrownBy(() -> read("a,s,1,one,fitted,1")).hasMessageContaining("line 1: ");
  }

  private static List<Row> read(String text) throws IOException {
    return Calibration.read(new BufferedReader(new StringReader(text)), "test");
  }
}
