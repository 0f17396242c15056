package io.spillway.benchmarks.jmh;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.dropin.Dropin;
import io.spillway.dropin.DropinSettings;
import io.spillway.range.AddressRange;
import java.util.List;

/** A plugin that counts what it is told: the least that any plugin does. */
final class CountingPlugin implements SessionPlugin {

  private long told;

  /** How much it was told. */
  long told() {
    return told;
  }

  /** Installs a drop-in with this plugin, as the agent would. */
  void install(DropinSettings settings) {
    Dropin.install(new Dropin(settings, true, List.of(this)));
  }

  @Override
  public String name() {
    return "count";
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new SessionListener() {
      @Override
      public void declared(Launch launch, RangeAccess access) {
        told++;
      }

      @Override
      public void issued(Launch launch) {
        told++;
      }

      @Override
      public void freeing(AddressRange range) {
        told++;
      }

      @Override
      public void close() {}
    };
  }
}
