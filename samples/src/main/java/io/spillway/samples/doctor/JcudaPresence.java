package io.spillway.samples.doctor;

import java.util.Optional;

/**
 * Whether JCuda is on the class path; found without loading its natives.
 *
 * @param classes whether its classes are there
 * @param natives whether the natives for this platform are there
 * @param version as its jar says; empty if unknown
 */
record JcudaPresence(boolean classes, boolean natives, String version) {

  /** Looks for it. */
  static JcudaPresence look() {
    ClassLoader loader = JcudaPresence.class.getClassLoader();
    try {
      Class<?> driver = Class.forName("jcuda.driver.JCudaDriver", false, loader);
      String location =
          Optional.ofNullable(driver.getProtectionDomain().getCodeSource())
              .map(source -> String.valueOf(source.getLocation()))
              .orElse("");
      return new JcudaPresence(true, hasNatives(driver), versionIn(location));
    } catch (ClassNotFoundException e) {
      return new JcudaPresence(false, false, "");
    }
  }

  private static boolean hasNatives(Class<?> driver) {
    String os = System.getProperty("os.name", "").toLowerCase(java.util.Locale.ROOT);
    String arch =
        System.getProperty("os.arch", "").equals("amd64")
            ? "x86_64"
            : System.getProperty("os.arch");
    return os.contains("linux")
        ? driver.getResource("/lib/libJCudaDriver-12.6.0-linux-" + arch + ".so") != null
        : os.contains("windows")
            && driver.getResource("/lib/JCudaDriver-12.6.0-windows-" + arch + ".dll") != null;
  }

  private static String versionIn(String jar) {
    int start = jar.lastIndexOf("jcuda-");
    return start >= 0 && jar.endsWith(".jar")
        ? jar.substring(start + "jcuda-".length(), jar.length() - ".jar".length())
        : "";
  }

  @Override
  public String toString() {
    if (!classes) {
      return "not on the class path (only needed by programs that use it)";
    }
    return "%s on the class path, natives for this platform %s"
        .formatted(version, natives ? "too" : "missing");
  }
}
