package io.spillway.profile;

import io.spillway.ProfileSettings;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.SpillwayConfig;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Records a session whose configuration asks for it: the plugin {@code profile}.
 *
 * <p>The flight recorder and CUPTI are there once in a process, so one session is recorded at a
 * time. Whatever stands in the way is reported, and the session goes on without.
 */
public final class ProfileRecorder implements SessionPlugin {

  /** Whether a session of this process is being recorded. */
  private static final AtomicBoolean RECORDING = new AtomicBoolean();

  /** For {@link java.util.ServiceLoader}. */
  public ProfileRecorder() {}

  @Override
  public String name() {
    return "profile";
  }

  @Override
  public boolean wanted(SpillwayConfig config) {
    return config.profile().isPresent();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    ProfileSettings settings =
        context
            .config()
            .profile()
            .orElseThrow(
                () -> new IllegalStateException("the configuration names no file to record into"));
    if (!RECORDING.compareAndSet(false, true)) {
      return unrecorded(settings, "another session of this process is being recorded");
    }
    try {
      return RecordedSession.begin(context, settings, () -> RECORDING.set(false));
    } catch (IOException | RuntimeException e) {
      RECORDING.set(false);
      return unrecorded(settings, "'%s' cannot be recorded into: %s".formatted(settings.file(), e));
    }
  }

  private static SessionListener unrecorded(ProfileSettings settings, String reason) {
    settings.report().accept("profile: nothing is recorded: " + reason);
    return new Unrecorded(reason);
  }

  /** Takes no part, and says why. */
  private record Unrecorded(String reason) implements SessionListener {

    @Override
    public String state() {
      return "off: " + reason;
    }
  }
}
