package io.spillway.samples;

import io.spillway.agent.SpillwayAgent;
import io.spillway.profile.ProfileRecorder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent that brings nothing but where its classes are. */
public final class AgentJar {

  private AgentJar() {}

  /** Makes one in {@code directory}. */
  public static Path in(Path directory) throws IOException, URISyntaxException {
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
    }
  }

  private static String location(Class<?> type) throws URISyntaxException {
    return type.getProtectionDomain().getCodeSource().getLocation().toURI().toString();
  }
}
