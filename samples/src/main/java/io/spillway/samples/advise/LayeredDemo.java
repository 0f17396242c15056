package io.spillway.samples.advise;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.samples.SpillwayCommand;
import io.spillway.samples.programs.ChildFailedException;
import io.spillway.samples.programs.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The layered demo's way that page faults drive, at its usual budget of a third. */
final class LayeredDemo implements HintedProgram {

  private final ChildJvm jvm;
  private final List<String> arguments;

  LayeredDemo(ChildJvm jvm, List<String> arguments) {
    this.jvm = jvm;
    this.arguments = List.copyOf(arguments);
  }

  @Override
  public String name() {
    return "layered demo";
  }

  /** Its results are compared with the host's in every run, so there is nothing else to do. */
  @Override
  public Run plain() throws IOException, InterruptedException {
    return run("resident", List.of());
  }

  @Override
  public Run budgeted(Optional<Path> hints, Optional<Path> profile)
      throws IOException, InterruptedException {
    List<String> options = new ArrayList<>();
    hints.ifPresent(file -> options.addAll(List.of("--hints", file.toString())));
    profile.ifPresent(file -> options.addAll(List.of("--profile", file.toString())));
    return run("faults-writeback", options);
  }

  private Run run(String row, List<String> options) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("demo", "--json", "--rows", row));
    all.addAll(arguments);
    all.addAll(options);
    JsonNode json =
        jvm.run(
                List.of(),
                System.getProperty("java.class.path"),
                SpillwayCommand.class.getName(),
                all)
            .json();
    JsonNode way = json.path("rows").path(1);
    if (!way.path("seconds_per_pass").isNumber()) {
      throw new ChildFailedException("layered demo: %s".formatted(way.path("note").asText()));
    }
    return Run.of(way, "seconds_per_pass", "result_ok");
  }
}
