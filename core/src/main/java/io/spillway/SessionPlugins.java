package io.spillway;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Who takes part in a session: who was named or is installed, and whom a setting asks for. Those
 * come first: movers find hints given, and what movers do is recorded.
 */
final class SessionPlugins {

  /** The name of the plugin that records profiles. */
  static final String RECORDER = "profile";

  /** The plugin of module advise that applies a hints file. */
  private static final String HINTS_PLUGIN = "hints";

  /** The plugin of module prefetch that goes by a schedule. */
  private static final String SCHEDULE_PLUGIN = "profiled";

  private SessionPlugins() {}

  /**
   * The plugins for {@code config}, in the order in which they join.
   *
   * @throws IllegalArgumentException if a setting asks for one that is not on the class path
   */
  static List<SessionPlugin> of(SpillwayConfig config) {
    List<SessionPlugin> plugins =
        new ArrayList<>(config.plugins().orElseGet(SessionPlugins::installed));
    config
        .schedule()
        .ifPresent(
            file -> require(SCHEDULE_PLUGIN, "schedule", file, "spillway-prefetch", plugins));
    config.profile().ifPresent(profile -> bringForward(RECORDER, plugins));
    config
        .hints()
        .ifPresent(file -> require(HINTS_PLUGIN, "hints", file, "spillway-advise", plugins));
    return plugins;
  }

  private static void require(
      String plugin, String setting, Path file, String module, List<SessionPlugin> plugins) {
    if (!bringForward(plugin, plugins)) {
      throw new IllegalArgumentException(
          "%s file %s: what applies %s is not on the class path; add %s"
              .formatted(setting, file, setting, module));
    }
  }

  /** Puts the plugin called {@code name} first; false if there is none. */
  private static boolean bringForward(String name, List<SessionPlugin> plugins) {
    Optional<SessionPlugin> asked =
        Stream.concat(
                plugins.stream(),
                ServiceLoader.load(SessionPlugin.class, SessionPlugins.class.getClassLoader())
                    .stream()
                    .map(ServiceLoader.Provider::get))
            .filter(plugin -> plugin.name().equals(name))
            .findFirst();
    asked.ifPresent(
        plugin -> {
          plugins.removeIf(other -> other.name().equals(name));
          plugins.addFirst(plugin);
        });
    return asked.isPresent();
  }

  private static List<SessionPlugin> installed() {
    return ServiceLoader.load(SessionPlugin.class).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }
}
