package io.spillway.advise.apply;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.advise.SiteHint;
import io.spillway.advise.file.HintsFile;
import io.spillway.advise.file.HintsFileException;
import java.io.IOException;
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
  public boolean wanted(SessionContext context) {
    return given.isPresent() || context.hints().isPresent();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    if (given.isPresent()) {
      return new HintedSession(context, given.get(), Optional.empty());
    }
    try {
      List<SiteHint> hints =
          context.hints().isPresent() ? HintsFile.read(context.hints().get()).hints() : List.of();
      return new HintedSession(context, hints, Optional.empty());
    } catch (IOException e) {
      String problem =
          "%s%s".formatted(unreadable(e) ? "cannot be read: " : "", String.valueOf(e.getMessage()));
      System.getLogger(HintsPlugin.class.getName())
          .log(System.Logger.Level.WARNING, "no hints are applied: {0}", problem);
      return new HintedSession(context, List.of(), Optional.of(problem));
    }
  }

  private static boolean unreadable(IOException e) {
    return !(e instanceof HintsFileException);
  }
}
