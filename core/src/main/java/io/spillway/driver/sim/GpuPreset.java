package io.spillway.driver.sim;

import java.util.List;
import java.util.Map;

/**
 * A {@link GpuModel} and where each of its figures is from: what is measured on one card is assumed
 * on another, and whoever shows a simulated number should be able to say so.
 *
 * @param id what it is asked for by, as {@code rtx-4090}
 * @param model the figures
 * @param figures the source of each figure, by the name of the model's component
 */
public record GpuPreset(String id, GpuModel model, Map<String, Figure> figures) {

  private static final List<String> IDS =
      List.of("h200", "a100-40gb", "rtx-4070", "rtx-4090", "rtx-5090", "l4");

  /** How a figure is known. */
  public enum Origin {
    /** Measured for this library on this card. */
    MEASURED,
    /** Fitted, with others, to what was measured for this library on this card. */
    FITTED,
    /** From the manufacturer's data sheet. */
    DATASHEET,
    /** Measured by others on this card, and published. */
    PUBLISHED,
    /** Not known for this card. */
    ASSUMED
  }

  /**
   * Where one figure is from.
   *
   * @param origin how it is known
   * @param source where to look it up, or why it is assumed so
   */
  public record Figure(Origin origin, String source) {}

  /** Copies the map. */
  public GpuPreset {
    figures = Map.copyOf(figures);
  }

  /** The names of the presets that come with the library. */
  public static List<String> ids() {
    return IDS;
  }

  /**
   * A preset that comes with the library.
   *
   * @param id one of {@link #ids}
   * @throws IllegalArgumentException if there is none of that name
   */
  public static GpuPreset of(String id) {
    if (!IDS.contains(id)) {
      throw new IllegalArgumentException(
          "GPU model '%s': known are %s".formatted(id, String.join(", ", IDS)));
    }
    return GpuModelFile.resource(id);
  }

  /** The components of the model that are assumed, in alphabetical order. */
  public List<String> assumed() {
    return figures.entrySet().stream()
        .filter(entry -> entry.getValue().origin() == Origin.ASSUMED)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** Whether the time of every mechanism was measured on this card, and the model held to it. */
  public boolean calibrated() {
    return figures.values().stream().anyMatch(figure -> figure.origin() == Origin.FITTED);
  }
}
