package example;

import java.io.IOException;
import java.util.Collections;
import java.util.List;

/** A program, to be run under the agent, that has libraries of the names of the agent's. */
public final class OwnLibraries {
  private OwnLibraries() {}

  /** Prints which libraries it has, and how often they are on its class path. */
  public static void main(String[] arguments) throws IOException, ClassNotFoundException {
    for (String name :
        List.of("picocli.CommandLine", "com.fasterxml.jackson.databind.ObjectMapper")) {
      Class<?> type = Class.forName(name);
      int copies =
          Collections.list(ClassLoader.getSystemResources(name.replace('.', '/') + ".class"))
              .size();
      try {
        System.out.println(type.getField("VERSION").get(null) + ", " + copies + " of it");
      } catch (ReflectiveOperationException e) {
        System.out.println(name + " is not the consumer's: " + e);
      }
    }
  }
}
