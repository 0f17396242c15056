package io.spillway.driver.panama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.DriverUnavailableException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Machines without a driver library, and JVMs that may not call it. */
class NoDriverTest {

  private static final String NO_LIBRARY =
      "no CUDA driver library found (tried libcuda.so.1, libcuda.so): install the NVIDIA driver,"
          + " or put the library's folder on LD_LIBRARY_PATH";

  @Test
  void absentLibraryIsAReport() {
    CudaReport report = PanamaDriver.probe();
    Assumptions.assumeTrue(report.library().isEmpty(), "this machine has a CUDA driver library");

    assertThat(report).isEqualTo(new CudaReport("", NO_LIBRARY, 0, List.of()));
    assertThat(report.usable()).isFalse();
  }

  @Test
  void openWithoutLibrarySaysWhatToDo() {
    Assumptions.assumeTrue(
        PanamaDriver.probe().library().isEmpty(), "this machine has a CUDA driver library");

    assertThatThrownBy(() -> PanamaDriver.open(0))
        .isExactlyInstanceOf(DriverUnavailableException.class)
        .hasMessage(NO_LIBRARY);
    assertThatThrownBy(PanamaDriver::openCurrent)
        .isExactlyInstanceOf(DriverUnavailableException.class)
        .hasMessage(NO_LIBRARY);
  }

  @Test
  void deniedNativeAccessNamesTheFlag() {
    String output =
        Jvm.run(
            List.of("--illegal-native-access=deny"),
            Map.of(),
            System.getProperty("java.class.path"),
            ProbeAndOpen.class);

    assertThat(output.lines().toList())
        .containsExactly(
            "probe: the JVM denies native access: start it with --enable-native-access=ALL-UNNAMED",
            "open: the JVM denies native access: start it with --enable-native-access=ALL-UNNAMED");
  }

  @Test
  void windowsNamesItsOwnLibrary() {
    assertThat(CudaLibrary.names("Windows 11")).containsExactly("nvcuda.dll");
    assertThat(CudaLibrary.names("Linux")).containsExactly("libcuda.so.1", "libcuda.so");
  }

  /** Prints what probing and opening say. */
  static final class ProbeAndOpen {
    private ProbeAndOpen() {}

    public static void main(String[] args) {
      System.out.println("probe: " + PanamaDriver.probe().reason());
      try {
        PanamaDriver.open(0).close();
        System.out.println("open: done");
      } catch (DriverUnavailableException e) {
        System.out.println("open: " + e.getMessage());
      }
    }
  }
}
