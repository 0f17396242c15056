package io.spillway.advise.apply;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.SpillwayConfig;
import io.spillway.advise.SiteHint;
import io.spillway.advise.file.HintsFile;
import io.spillway.advise.file.HintsFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Applies the hints file that a session's configuration names. A file that cannot be used is said
 * once and shown in the statistics; the program runs without its hints.
 */
public final class HintsPlugin implements SessionPlugin {

  private final Optional<List<SiteHint>> given;

  /** For {@link java.util.ServiceLoader}: the hints are in the file the configuration names. */
  public HintsPlugin() {
    this.given = Optional.empty();
  }

  /** Applies {@code hints}, whatever file is named. */
  public HintsPlugin(List<SiteHint> hints) {
    this.given = Optional.of(List.copyOf(hints));
  }

  @Override
  public String name() {
    return "hints";
  }

  @Override
  public boolean wanted(SpillwayConfig config) {
    return given.isPresent() || config.hints().isPresent();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    if (given.isPresent()) {
      return new HintedSession(context, given.get(), Optional.empty());
    }
    Optional<Path> file = context.config().hints();
    try {
      List<SiteHint> hints = file.isPresent() ? HintsFile.read(file.get()).hints() : List.of();
      return new HintedSession(context, hints, Optional.empty());
    } catch (HintsFileException e) {
      return without(context, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return without(
          context,
          "%s cannot be read (%s): make it with spillway advise"
              .formatted(file.map(Path::toString).orElse(""), e));
    }
  }

  private static SessionListener without(SessionContext context, String problem) {
    System.getLogger(HintsPlugin.class.getName())
        .log(System.Logger.Level.WARNING, "no hints are applied: {0}", problem);
    return new HintedSession(context, List.of(), Optional.of(problem));
  }
}
