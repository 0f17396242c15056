package io.spillway.agent;

import io.spillway.driver.panama.Jvm;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Runs programs under an agent made of this module's classes. */
final class AgentJvm {

  private static final String CLASSES = "io/spillway/";

  private AgentJvm() {}

  /** Packs the main classes as an agent. */
  static Path jar(Path directory) {
    Path jar = directory.resolve("agent.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", SpillwayAgent.class.getName());
    Path classes = mainClasses();
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        Stream<Path> all = Files.walk(classes.resolve(CLASSES))) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(
            new ZipEntry(classes.relativize(each).toString().replace(File.separatorChar, '/')));
        Files.copy(each, out);
        out.closeEntry();
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path mainClasses() {
    try {
      URI where = SpillwayAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(where);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** This test's class path without Spillway's own classes, which the agent brings. */
  static String programClassPath() {
    return entries().collect(Collectors.joining(File.pathSeparator));
  }

  /** The same without JCuda. */
  static String classPathWithoutJcuda() {
    return entries()
        .filter(entry -> !entry.contains("jcuda"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** JCuda and its natives alone. */
  static String jcudaClassPath() {
    return entries()
        .filter(entry -> Path.of(entry).getFileName().toString().startsWith("jcuda"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Stream<String> entries() {
    String own = mainClasses().toString();
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !Path.of(entry).toAbsolutePath().toString().equals(own));
  }

  /**
   * Runs {@code main} under the agent to a good end.
   *
   * @return what it printed, standard error included, line by line
   */
  static List<String> run(
      Path jar, String arguments, List<String> flags, String classPath, Class<?> main) {
    return Jvm.run(underAgent(jar, arguments, flags), Map.of(), classPath, main).lines().toList();
  }

  /** Runs {@code main} under the agent, however it ends. */
  static Jvm.End end(Path jar, String arguments, Class<?> main) {
    return Jvm.end(underAgent(jar, arguments, List.of()), Map.of(), programClassPath(), main);
  }

  private static List<String> underAgent(Path jar, String arguments, List<String> flags) {
    List<String> all = new ArrayList<>();
    all.add("--enable-native-access=ALL-UNNAMED");
    all.add("-javaagent:" + jar + (arguments.isEmpty() ? "" : "=" + arguments));
    all.addAll(flags);
    return all;
  }
}
