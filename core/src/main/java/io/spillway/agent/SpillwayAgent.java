package io.spillway.agent;

import io.spillway.dropin.Dropin;
import io.spillway.dropin.DropinSettings;
import io.spillway.dropin.SettingsSource;
import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/**
 * {@code java -javaagent:spillway.jar[=name=value,...] -jar program.jar}: any JCuda program then
 * uses more memory than its GPU has.
 *
 * <p>{@code -Dspillway.agent=off} makes it inert. A setting that is wrong stops the JVM with one
 * line, before the program starts.
 */
public final class SpillwayAgent {

  /** How a command line that cannot be understood ends, by BSD's sysexits.h. */
  private static final int EXIT_USAGE = 64;

  private SpillwayAgent() {}

  /** Called by the JVM before the program's {@code main}. */
  @SuppressWarnings("exports") // Only the JVM calls it.
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    DropinSettings settings;
    try {
      SettingsSource source =
          SettingsSource.read(
              arguments == null ? "" : arguments, System.getProperties(), System.getenv());
      if (source.agentOff()) {
        return;
      }
      settings = source.settings();
    } catch (IllegalArgumentException e) {
      say(String.valueOf(e.getMessage()));
      System.exit(EXIT_USAGE);
      return;
    }
    Dropin dropin = new Dropin(settings, true);
    Dropin.install(dropin);
    JcudaTransformer transformer = new JcudaTransformer(line -> sayIf(settings, line));
    if (jcudaLoaded(instrumentation)) {
      sayIf(settings, "JCuda was loaded before the agent: put it before other agents");
    }
    instrumentation.addTransformer(transformer);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> atExit(settings, dropin, transformer), "spillway-at-exit"));
  }

  private static boolean jcudaLoaded(Instrumentation instrumentation) {
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (JcudaShape.of(type.getName().replace('.', '/')).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static void atExit(DropinSettings settings, Dropin dropin, JcudaTransformer transformer) {
    if (!transformer.sawJcuda()) {
      sayIf(settings, "idle: this program did not load JCuda");
    } else if (settings.summary()) {
      dropin.summary().forEach(SpillwayAgent::say);
    }
  }

  private static void sayIf(DropinSettings settings, String line) {
    if (settings.log() != DropinSettings.Log.OFF) {
      say(line);
    }
  }

  @SuppressWarnings("SystemOut") // These lines are for the person who started the program.
  private static void say(String line) {
    System.err.println("spillway: " + line);
  }
}
