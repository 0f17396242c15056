package io.spillway.advise.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
  private static final Pattern FIGURES =
      Pattern.compile(
          "<script type=\"application/json\" id=\"figures\">(.*?)</script>", Pattern.DOTALL);

  private final String page = new HtmlReport("lap.jfr", Sample.profile(), Sample.hints()).page();

  @Test
  void figuresAreTheProfiles() throws Exception {
    Matcher figures = FIGURES.matcher(page);
    assertThat(figures.find()).isTrue();
    JsonNode json = new ObjectMapper().readTree(figures.group(1));
    assertThat(json.at("/title").asText()).isEqualTo("lap.jfr");
    assertThat(json.at("/recording/machine/simulated").asBoolean()).isTrue();
    assertThat(json.at("/totals/kernelSeconds").asDouble()).isEqualTo(0.1152);
    assertThat(json.at("/time/columns/STALL_NANOS/7").asLong()).isEqualTo(500_000);
    assertThat(json.at("/time/columns").has("TO_HOST_USER")).isFalse();
    assertThat(json.at("/heat/cells/GPU_FAULTS").size()).isEqualTo(128 + 32);
    assertThat(json.at("/heat/cells/GPU_FAULTS/0").toString()).isEqualTo("[0,0,256]");
    assertThat(json.at("/allocations/1/firstRow").asInt()).isEqualTo(48);
    assertThat(json.at("/allocations/1/lastRow").asInt()).isEqualTo(63);
    assertThat(json.at("/allocations/0/gpuFaults").asLong()).isEqualTo(48 * 512);
    assertThat(json.at("/allocations/0/bytesToDevice").asLong()).isEqualTo(48L << 21);
    assertThat(json.at("/sites/0/label").asText()).isEqualTo("layer");
    assertThat(json.at("/hints/1/site").asText()).isEqualTo(Sample.HOSTILE_LABEL);
  }

  @Test
  void sitesWithTheMostFaultTimeComeFirst() {
    assertThat(PageData.of("", Sample.profile(), List.of()).sites())
        .extracting(PageData.Site::stallSeconds)
        .containsExactly(0.06, 0.004);
  }

  @Test
  void namesCannotEndTheScript() {
    assertThat(page).doesNotContain(Sample.HOSTILE_LABEL);
  }

  @Test
  void nothingIsLoadedFromElsewhere() {
    String own = page.replaceAll("(?s)<script>\\R?/\\*.*?</script>", "");
    assertThat(own).doesNotContainPattern("(src|href)=\"(?!data:)");
    assertThat(own).doesNotContain("@import", "url(");
  }
}
