package io.spillway.dropin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class SettingsSourceProperties {

  private static String message(String key) {
    return "unknown option '%s' (from the agent's arguments)".formatted(key);
  }

  @Property
  void anyNameThatIsNoOptionIsRefusedWithOne(
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String key) {
    Assume.that(Option.of(key).isEmpty());
    assertThatThrownBy(() -> SettingsSource.read(key + "=1", new Properties(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message(key))
        .hasMessageContaining("did you mean '" + Option.nearest(key).key() + "'?");
  }

  @Property
  void oneSlipOfTheFingerFindsTheOption(
      @ForAll Option option,
      @ForAll @IntRange(max = 20) int at,
      @ForAll @CharRange(from = 'a', to = 'z') char wrong) {
    String key = option.key();
    char[] letters = key.toCharArray();
    letters[at % letters.length] = wrong;
    String slipped = new String(letters);
    Assume.that(Option.of(slipped).isEmpty());
    assertThat(Option.distance(key, slipped)).isEqualTo(1);
    assertThat(Option.nearest(slipped)).isEqualTo(option);
  }

  @Property
  void distanceIsAMetric(
      @ForAll @StringLength(max = 8) @CharRange(from = 'a', to = 'c') String one,
      @ForAll @StringLength(max = 8) @CharRange(from = 'a', to = 'c') String two,
      @ForAll @StringLength(max = 8) @CharRange(from = 'a', to = 'c') String three) {
    assertThat(Option.distance(one, two)).isEqualTo(Option.distance(two, one));
    assertThat(Option.distance(one, two) == 0).isEqualTo(one.equals(two));
    assertThat(Option.distance(one, three))
        .isLessThanOrEqualTo(Option.distance(one, two) + Option.distance(two, three));
  }

  @Property
  void theSameValueGivesTheSameSettingFromEverySource(@ForAll @IntRange(max = 100) int percent) {
    String value = percent + "%";
    Properties properties = new Properties();
    properties.setProperty(Option.WINDOW.property(), value);
    DropinSettings expected =
        SettingsSource.read("window=" + value, new Properties(), Map.of()).settings();
    assertThat(expected.windowPercent()).isEqualTo(percent);
    assertThat(SettingsSource.read("", properties, Map.of()).settings()).isEqualTo(expected);
    assertThat(
            SettingsSource.read("", new Properties(), Map.of(Option.WINDOW.variable(), value))
                .settings())
        .isEqualTo(expected);
  }

  @Property
  void anyValueGivesASettingOrAMessageThatNamesIt(
      @ForAll Option option,
      @ForAll @StringLength(max = 12) @CharRange(from = ' ', to = '~') String value) {
    Assume.that(!value.contains(",") && option != Option.CONFIG);
    SettingsSource source =
        SettingsSource.read(option.key() + "=" + value, new Properties(), Map.of());
    try {
      source.settings();
      source.agentOff();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith(option.key() + " '" + value.strip() + "' (from ");
      assertThat(Arrays.asList(e.getMessage().split("it takes"))).hasSize(2);
    }
  }
}
