package io.spillway.benchmarks.plan;

import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.GpuModelFile;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A card with a faster link: every rate of the link, and nothing else, multiplied. */
final class FasterLink {

  private FasterLink() {}

  /** The preset {@code gpu} with its link's rates times {@code factor}. */
  static GpuModel of(String gpu, double factor) {
    GpuModel model = GpuModel.named(gpu);
    Map<String, Double> rates = new LinkedHashMap<>();
    rates.put("pinnedInGBps", model.pinnedInGBps());
    rates.put("pinnedOutGBps", model.pinnedOutGBps());
    rates.put("pinnedBothGBps", model.pinnedBothGBps());
    rates.put("managedCopyInGBps", model.managedCopyInGBps());
    rates.put("managedCopyOutGBps", model.managedCopyOutGBps());
    rates.put("zeroCopyGBps", model.zeroCopyGBps());
    rates.put("prefetchLinkGBps", model.prefetchLinkGBps());
    rates.put("prefetchOverlapGBps", model.prefetchOverlapGBps());
    StringBuilder file = new StringBuilder("base=" + gpu + "\n");
    rates.forEach(
        (name, rate) ->
            file.append("# assumed: a faster link\n%s=%s\n".formatted(name, rate * factor)));
    try {
      return GpuModelFile.read(new StringReader(file.toString()), gpu + " with a faster link")
          .model();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
