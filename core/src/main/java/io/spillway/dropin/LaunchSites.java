package io.spillway.dropin;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Names launches so that the name is the same in the next run: what is launched, and the line of
 * the program that launches it. Safe for use by any thread.
 */
final class LaunchSites {

  private static final StackWalker WALKER = StackWalker.getInstance();

  // Bounded by the program's lines of code times its kernels.
  private final ConcurrentHashMap<Place, Site> sites = new ConcurrentHashMap<>();

  /** A line, as cheaply as the stack tells it: the line number itself costs a look-up. */
  private record Place(String function, String className, String method, int bytecode) {}

  /** One line that launches one function, and how often it did. */
  static final class Site {
    private final String label;
    private final AtomicInteger launches = new AtomicInteger();

    private Site(String label) {
      this.label = label;
    }

    /** Such as {@code saxpy@com.acme.Step.run:42}. */
    String label() {
      return label;
    }

    /** Which launch from here this one is, from 0. */
    int next() {
      return launches.getAndIncrement();
    }
  }

  /** The site of a launch of {@code function} under way on this thread. */
  Site of(String function) {
    StackWalker.StackFrame frame =
        WALKER.walk(frames -> frames.dropWhile(LaunchSites::inner).findFirst()).orElse(null);
    Place place =
        frame == null
            ? new Place(function, "", "", 0)
            : new Place(
                function, frame.getClassName(), frame.getMethodName(), frame.getByteCodeIndex());
    Site known = sites.get(place);
    return known != null
        ? known
        : sites.computeIfAbsent(place, each -> new Site(label(each, frame)));
  }

  private static boolean inner(StackWalker.StackFrame frame) {
    String name = frame.getClassName();
    return name.startsWith("io.spillway.dropin.")
        || name.startsWith("io.spillway.agent.")
        || name.startsWith("jcuda.");
  }

  private static String label(Place place, StackWalker.@Nullable StackFrame frame) {
    return frame == null
        ? place.function()
        : "%s@%s.%s:%d"
            .formatted(place.function(), place.className(), place.method(), frame.getLineNumber());
  }
}
