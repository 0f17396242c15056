package io.spillway.dropin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.allocate.DeviceBudget;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsSourceTest {

  @TempDir Path directory;

  private static DropinSettings arguments(String text) {
    return SettingsSource.read(text, new Properties(), Map.of()).settings();
  }

  @Test
  void nothingSetIsTheStandard() {
    assertThat(arguments("")).isEqualTo(DropinSettings.standard());
  }

  @Test
  void readsEverySetting() throws IOException {
    Path hints = Files.writeString(directory.resolve("hints.json"), "{}");
    DropinSettings settings =
        arguments(
            "budget=4 GiB, window=10%,min-size=64m,report-budget=200%,device=1,"
                + "prefetch=one-ahead,log=debug,managed-limit=shared,summary=true,"
                + "redirect=all,hints="
                + hints);
    assertThat(settings.budget()).contains(DeviceBudget.ofBytes(4 * ByteSize.GIB));
    assertThat(settings.windowPercent()).isEqualTo(10);
    assertThat(settings.minBytes()).isEqualTo(64 * ByteSize.MIB);
    assertThat(settings.reportedMemory()).isEqualTo(new ReportedMemory.Percent(200));
    assertThat(settings.device()).isEqualTo(OptionalInt.of(1));
    assertThat(settings.prefetch()).isEqualTo(DropinSettings.Prefetch.ONE_AHEAD);
    assertThat(settings.log()).isEqualTo(DropinSettings.Log.DEBUG);
    assertThat(settings.sharedCard()).isTrue();
    assertThat(settings.summary()).isTrue();
    assertThat(settings.hints()).contains(hints);
    assertThat(settings.redirectAll()).isTrue();
    assertThat(arguments("prefetch=On-Demand").prefetch())
        .isEqualTo(DropinSettings.Prefetch.ON_DEMAND);
  }

  @Test
  void aProfileToGoByHasASchedule() throws IOException {
    Path schedule = Files.writeString(directory.resolve("schedule.json"), "{}");
    DropinSettings settings = arguments("prefetch=profile,schedule=" + schedule);
    assertThat(settings.prefetch()).isEqualTo(DropinSettings.Prefetch.PROFILE);
    assertThat(settings.schedule()).contains(schedule);

    assertThatThrownBy(() -> arguments("prefetch=profile"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "prefetch 'profile' (from the agent's arguments): it takes schedule=FILE as well, which"
                + " spillway advise --schedule makes of a recording");
    assertThatThrownBy(() -> arguments("prefetch=auto,schedule=" + schedule))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "schedule.json' (from the agent's arguments): it takes effect only with"
                + " prefetch=profile");
  }

  @Test
  void aRecordingHasAFileAndMayHaveMore() {
    assertThat(arguments("profile=out.jfr").profile())
        .contains(new DropinSettings.Profile(Path.of("out.jfr"), false, Optional.empty()));
    assertThat(arguments("profile=/x/y.jfr,profile-survey=true,cupti=/z/libcupti.so.13").profile())
        .contains(
            new DropinSettings.Profile(
                Path.of("/x/y.jfr"), true, Optional.of(Path.of("/z/libcupti.so.13"))));
    assertThat(arguments("cupti=libcupti.so").profile()).isEmpty();
    assertThatThrownBy(() -> arguments("profile-survey=true"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "profile-survey 'true' (from the agent's arguments): there is nothing to survey without"
                + " profile=FILE");
    assertThatThrownBy(() -> arguments("profile="))
        .hasMessageContaining("a file to record into, such as out.jfr");
  }

  @Test
  void argumentsBeforePropertiesBeforeEnvironmentBeforeFile() throws IOException {
    Path file = directory.resolve("settings.properties");
    Files.writeString(file, "window=1\nmin-size=1\ndevice=1\nspillway.summary=true\n");
    Properties properties = new Properties();
    properties.setProperty("spillway.window", "3");
    properties.setProperty("spillway.min-size", "3");
    Map<String, String> environment =
        Map.of(
            "SPILLWAY_WINDOW", "2",
            "SPILLWAY_MIN_SIZE", "2",
            "SPILLWAY_DEVICE", "2",
            "SPILLWAY_CONFIG", file.toString());
    DropinSettings settings = SettingsSource.read("window=4", properties, environment).settings();
    assertThat(settings.windowPercent()).isEqualTo(4);
    assertThat(settings.minBytes()).isEqualTo(3);
    assertThat(settings.device()).isEqualTo(OptionalInt.of(2));
    assertThat(settings.summary()).isTrue();
  }

  @Test
  void unknownNamesAreRefusedWithTheNearest() throws IOException {
    assertThatThrownBy(() -> arguments("bugdet=75%"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "unknown option 'bugdet' (from the agent's arguments): did you mean 'budget'?");
    assertThatThrownBy(() -> arguments("hint=file.json"))
        .hasMessageStartingWith(
            "unknown option 'hint' (from the agent's arguments): did you mean 'hints'");
    assertThatThrownBy(() -> arguments("budget"))
        .hasMessage("agent argument 'budget': write name=value, separated by commas");
    Properties properties = new Properties();
    properties.setProperty("spillway.sumary", "true");
    assertThatThrownBy(() -> SettingsSource.read("", properties, Map.of()))
        .hasMessageContaining("(from system property spillway.sumary): did you mean 'summary'?");
    assertThatThrownBy(
            () -> SettingsSource.read("", new Properties(), Map.of("SPILLWAY_MINSIZE", "1")))
        .hasMessageContaining(
            "(from environment variable SPILLWAY_MINSIZE): did you mean 'min-size'?");
    Path file = directory.resolve("wrong.properties");
    Files.writeString(file, "anything=1\n");
    assertThatThrownBy(() -> arguments("config=" + file)).hasMessageContaining("'anything'");
  }

  @Test
  void namesOfOtherToolsUnderThePrefixAreNotOurs() {
    Properties properties = new Properties();
    properties.setProperty("spillway.test.seconds", "60");
    assertThat(
            SettingsSource.read("", properties, Map.of("SPILLWAY_STUB_TOTAL_BYTES", "1"))
                .settings())
        .isEqualTo(DropinSettings.standard());
  }

  @ParameterizedTest
  @CsvSource({
    "budget=lots, a percentage of the card",
    "budget=0%, at most 100%",
    "budget=101%, at most 100%",
    "window=101, from 0 to 100",
    "min-size=-1, at least 0",
    "report-budget=0, off",
    "device=-1, ordinal from 0",
    "prefetch=atuo, 'off, on-lap, on-demand, zero-copy, one-ahead, auto or profile; did you mean"
        + " ''auto''?'",
    "prefetch=one-head, 'did you mean ''one-ahead''?'",
    "redirect=never, needed or all",
    "hints=/nowhere/hints.json, a file that spillway advise made",
    "schedule=/nowhere/schedule.json, a file that spillway advise --schedule made",
    "hints=/, a file that spillway advise made",
    "schedule=, a file that spillway advise --schedule made",
    "log=loud, 'off, info or debug'",
    "managed-limit=all, shared or off",
    "summary=maybe, true or false"
  })
  void wrongValuesNameTheOptionTheValueAndWhatItTakes(String argument, String takes) {
    assertThatThrownBy(() -> arguments(argument))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            argument.substring(0, argument.indexOf('='))
                + " '"
                + argument.substring(argument.indexOf('=') + 1)
                + "'")
        .hasMessageContaining("(from the agent's arguments): it takes")
        .hasMessageContaining(takes);
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> arguments("config=" + directory.resolve("none")))
        .hasMessageContaining("cannot be read")
        .hasMessageEndingWith("name a properties file");
  }

  @Test
  void aFileThatIsNoPropertiesFileIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("windows.properties"), "hints=C:\\users\n");
    assertThatThrownBy(() -> arguments("config=" + file))
        .hasMessageStartingWith("config '" + file + "' cannot be read")
        .hasMessageEndingWith("name a properties file");
  }

  @Test
  void theAgentCanBeSwitchedOff() {
    Properties properties = new Properties();
    properties.setProperty("spillway.agent", "off");
    assertThat(SettingsSource.read("", properties, Map.of()).agentOff()).isTrue();
    assertThat(SettingsSource.read("", new Properties(), Map.of()).agentOff()).isFalse();
  }

  @Test
  void whatIsRecordedIsTheProgramWithoutAnEngineThatBeginsByItself() {
    assertThat(arguments("").moving()).isEqualTo(DropinSettings.Prefetch.ON_LAP);
    assertThat(arguments("profile=out.jfr").moving()).isEqualTo(DropinSettings.Prefetch.OFF);
    assertThat(arguments("profile=out.jfr,prefetch=auto").moving())
        .isEqualTo(DropinSettings.Prefetch.AUTO);
    assertThat(arguments("prefetch=off").moving()).isEqualTo(DropinSettings.Prefetch.OFF);
  }
}
