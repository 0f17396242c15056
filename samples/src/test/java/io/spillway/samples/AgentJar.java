package io.spillway.samples;

import io.spillway.agent.SpillwayAgent;
import io.spillway.profile.ProfileRecorder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent that brings nothing but where its classes are. */
final class AgentJar {

  private AgentJar() {}

  /** Makes one in {@code directory}. */
  static Path in(Path directory) {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Premain-Class", SpillwayAgent.class.getName());
    attributes.put(
        Attributes.Name.CLASS_PATH,
        location(SpillwayAgent.class) + " " + location(ProfileRecorder.class));
    Path jar = directory.resolve("agent.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream _ = new JarOutputStream(file, manifest)) {
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String location(Class<?> type) {
    try {
      return type.getProtectionDomain().getCodeSource().getLocation().toURI().toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
