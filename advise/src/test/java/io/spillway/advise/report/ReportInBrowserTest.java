package io.spillway.advise.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.range.Blocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The report in a headless Chromium, as somebody with a laptop sees it. */
class ReportInBrowserTest {
  private static final Dimension LAPTOP = new Dimension(1366, 768);
  private static final List<Path> BIN =
      Stream.of("/usr/bin", "/usr/local/bin", "/snap/bin").map(Path::of).toList();

  /** Pixels of a chart that are neither background nor grey: what was drawn of the figures. */
  private static final String COLOURED_PIXELS =
      """
      const canvas = document.querySelector('#' + arguments[0] + ' canvas');
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      let coloured = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        const most = Math.max(pixels[i], pixels[i + 1], pixels[i + 2]);
        const least = Math.min(pixels[i], pixels[i + 1], pixels[i + 2]);
        if (pixels[i + 3] > 0 && most - least > 40) coloured++;
      }
      return coloured;
      """;

  private static final String HEAT_SERIES =
      """
      const series = echarts.getInstanceByDom(document.getElementById('heat')).getOption().series[0];
      return {name: series.name, data: series.data};
      """;

  @TempDir static Path folder;
  private static ChromeDriver browser;

  @BeforeAll
  static void open() throws IOException {
    Optional<Path> chromium = find("chromium", "chromium-browser", "google-chrome");
    Optional<Path> driver = find("chromedriver");
    if (System.getenv("SPILLWAY_BROWSER_REQUIRED") == null) {
      assumeTrue(chromium.isPresent() && driver.isPresent(), "needs chromium and chromedriver");
    }
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.orElseThrow().toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--user-data-dir=" + Files.createDirectory(folder.resolve("profile")));
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.orElseThrow().toFile())
                .usingAnyFreePort()
                .build(),
            options);
    browser.manage().window().setSize(LAPTOP);
  }

  private static Optional<Path> find(String... names) {
    return Stream.of(names)
        .flatMap(name -> BIN.stream().map(bin -> bin.resolve(name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.quit();
    }
  }

  @BeforeEach
  void load() throws IOException {
    Path file = folder.resolve("report.html");
    new HtmlReport("lap.jfr", Sample.profile(), Sample.hints()).write(file);
    browser.manage().logs().get(LogType.BROWSER); // of the page before
    browser.get(file.toUri().toString());
  }

  @Test
  void loadsWithoutErrorsAndSaysThatItIsSimulated() throws IOException {
    assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
        .extracting(LogEntry::getMessage)
        .isEmpty();
    assertThat(browser.getTitle()).isEqualTo("Spillway: lap.jfr");
    assertThat(text("machine")).contains("SIMULATED Test GPU", "budget 32.0 MiB of 64.0 MiB");
    assertThat(text("warnings")).contains("throttling", "3 records of cupti were lost");
    screenshot("report.png");
  }

  @ParameterizedTest
  @ValueSource(strings = {"heat", "launches", "link", "resident", "sites"})
  void everyChartHasMarks(String chart) {
    assertThat(coloured(chart)).isGreaterThan(1000);
  }

  @Test
  void nothingIsWiderThanTheScreen() {
    assertThat((Long) browser.executeScript("return document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(LAPTOP.getWidth());
  }

  @Test
  void filteringKeepsWhatMatches() {
    long all = coloured("heat");
    browser.findElement(By.id("filter")).sendKeys("EDGES");
    assertThat(rows("hints")).hasSize(1).first().asString().contains("zero-copy");
    assertThat(rows("allocations")).hasSize(1).first().asString().contains("<b>edges</b>");
    assertThat(text("shown")).isEqualTo("1 of 2 allocations, 0 of 2 launch sites, 1 of 2 hints");
    assertThat(coloured("heat")).isNotEqualTo(all).isPositive();
    browser.findElement(By.id("filter")).clear();
    browser.findElement(By.id("filter")).sendKeys("nothing like it");
    assertThat(rows("hints")).isEmpty();
  }

  @Test
  void anotherMeasureIsDrawn() {
    Object before = canvas("heat");
    browser.findElement(By.cssSelector("#measure option[value=TO_DEVICE_BYTES]")).click();
    assertThat(canvas("heat")).isNotEqualTo(before);
    assertThat(coloured("heat")).isGreaterThan(1000);
  }

  /** As many cells as blocks were resident in bins, each with its bytes, and as many marks. */
  @Test
  void residencyIsDrawnByAddressAndTime() throws IOException {
    long faults = coloured("heat");
    assertThat(browser.findElements(By.cssSelector("#measure option")))
        .extracting(WebElement::getText)
        .containsExactly("device faults", "bytes to the device", "bytes on the device");
    browser.findElement(By.cssSelector("#measure option[value=RESIDENT_BYTES]")).click();
    assertThat(coloured("heat")).isGreaterThan(2 * faults);
    Map<?, ?> series = (Map<?, ?>) Objects.requireNonNull(browser.executeScript(HEAT_SERIES));
    assertThat(series.get("name")).isEqualTo("bytes on the device");
    List<?> cells = (List<?>) Objects.requireNonNull(series.get("data"));
    int stay = Sample.STAY_BINS;
    assertThat(cells).hasSize(Sample.BINS * stay - stay * (stay - 1) / 2); // the last ones stay on
    assertThat(cells)
        .allSatisfy(cell -> assertThat(((List<?>) cell).get(2)).isEqualTo(Blocks.BYTES));
    screenshot("resident.png");
  }

  @Test
  void tablesSortByTheColumnClicked() {
    assertThat(rows("hints").getFirst()).contains("read-mostly");
    WebElement head = browser.findElement(By.cssSelector("#hints th[data-field=savedBytes]"));
    head.click();
    browser.findElement(By.cssSelector("#hints th[data-field=savedBytes]")).click();
    assertThat(rows("hints").getFirst()).contains("zero-copy");
  }

  private static String text(String id) {
    return browser.findElement(By.id(id)).getText();
  }

  private static List<String> rows(String table) {
    return browser.findElements(By.cssSelector("#" + table + " tbody tr")).stream()
        .map(WebElement::getText)
        .toList();
  }

  private static long coloured(String chart) {
    settle();
    return (Long) browser.executeScript(COLOURED_PIXELS, chart);
  }

  private static Object canvas(String chart) {
    settle();
    return browser.executeScript(
        "return document.querySelector('#' + arguments[0] + ' canvas').toDataURL()", chart);
  }

  /** Charts are drawn in the next frame. */
  private static void settle() {
    browser.executeAsyncScript(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));");
  }

  /** The whole page, for people: beside the test reports. */
  private static void screenshot(String name) throws IOException {
    settle();
    Object whole =
        browser
            .executeCdpCommand(
                "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "format", "png"))
            .get("data");
    Path file = Files.createDirectories(Path.of("target", "screenshots")).resolve(name);
    Files.write(file, OutputType.BYTES.convertFromBase64Png(String.valueOf(whole)));
  }
}
