package io.spillway.dropin;

import java.util.Map;
import java.util.Properties;

/** Installs a drop-in that logs nothing, with options as a user writes them. */
public final class InstalledDropin {

  private InstalledDropin() {}

  /** The test uninstalls it. */
  public static Dropin with(String options) {
    Dropin dropin =
        new Dropin(
            SettingsSource.read("log=off," + options, new Properties(), Map.of()).settings(),
            false);
    Dropin.install(dropin);
    return dropin;
  }
}
