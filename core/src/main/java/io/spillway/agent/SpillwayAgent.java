package io.spillway.agent;

import io.spillway.dropin.Dropin;
import io.spillway.dropin.DropinSettings;
import io.spillway.dropin.SettingsSource;
import java.lang.instrument.Instrumentation;
import java.util.Optional;
import java.util.function.Consumer;
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
    Lines lines = new Lines(settings.log());
    JcudaTransformer transformer = new JcudaTransformer(lines);
    if (jcudaLoaded(instrumentation)) {
      lines.accept("JCuda was loaded before the agent: put it before other agents");
    }
    instrumentation.addTransformer(transformer);
    Runtime.getRuntime()
        .addShutdownHook(new AtExit(settings.summary(), lines, dropin, transformer));
  }

  private static boolean jcudaLoaded(Instrumentation instrumentation) {
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (type.getName().startsWith("jcuda.")
          && JcudaShape.of(type.getName().replace('.', '/')).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** What is left to say when the process ends. */
  private static final class AtExit extends Thread {
    private final boolean summary;
    private final Lines lines;
    private final Dropin dropin;
    private final JcudaTransformer transformer;

    AtExit(boolean summary, Lines lines, Dropin dropin, JcudaTransformer transformer) {
      super("spillway-at-exit");
      this.summary = summary;
      this.lines = lines;
      this.dropin = dropin;
      this.transformer = transformer;
    }

    @Override
    public void run() {
      if (!transformer.sawJcuda()) {
        lines.accept("idle: this program did not load JCuda");
      } else if (summary) {
        for (String line : dropin.summary()) {
          say(line);
        }
      } else {
        Optional<String> fitted = dropin.allFitted();
        if (fitted.isPresent()) {
          lines.accept(fitted.get());
        }
      }
    }
  }

  /**
   * Lines that are said unless the log is off. A class, as the others here are, and not a lambda:
   * what a program's start would spend on lambdas is more than all the rest of it.
   */
  private record Lines(DropinSettings.Log log) implements Consumer<String> {
    @Override
    public void accept(String line) {
      if (log != DropinSettings.Log.OFF) {
        say(line);
      }
    }
  }

  @SuppressWarnings("SystemOut") // These lines are for the person who started the program.
  private static void say(String line) {
    System.err.println("spillway: ".concat(line));
  }
}
