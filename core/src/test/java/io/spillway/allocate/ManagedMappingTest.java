package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.range.AddressRange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManagedMappingTest {

  /** One mapping as the kernel prints it, with the fields around {@code Rss}. */
  static String mapping(long address, long bytes, long residentKib, String path) {
    return """
    %x-%x rw-s %x 00:06 144                      %s
    Size:           %d kB
    KernelPageSize:        4 kB
    MMUPageSize:           4 kB
    Rss:            %d kB
    Pss:            %d kB
    VmFlags: rd wr sh mr mw me ms pf io de dd
    """
        .formatted(address, address + bytes, address, path, bytes / 1024, residentKib, residentKib);
  }

  static String managed(long address, long bytes, long residentKib) {
    return mapping(address, bytes, residentKib, "/dev/nvidia-uvm");
  }

  /** As read on an H200 with driver 580, 12 GiB filled by the host. */
  @Test
  void theMeasuredOneIsRead() {
    String smaps =
        """
        7f4f20000000-7f5220000000 rw-s 7f4f20000000 00:06 144                    /dev/nvidia-uvm
        Size:           12582912 kB
        KernelPageSize:        4 kB
        MMUPageSize:           4 kB
        Rss:            12582912 kB
        Pss:            12582912 kB
        """;
    assertEquals(
        List.of(
            new ManagedMapping(new AddressRange(0x7f4f20000000L, 12L << 30), 12_582_912L * 1024)),
        ManagedMapping.parse(smaps));
  }

  @Test
  void onlyMappingsOfTheUvmDeviceCount() {
    String smaps =
        mapping(0x1000, 0x1000, 4, "/usr/lib/libcuda.so.1")
            + managed(0x7f0000000000L, 4 << 20, 2048)
            + "7f1000000000-7f1000200000 rw-p 00000000 00:00 0 \nRss:   2048 kB\n"
            + mapping(0x7f2000000000L, 2 << 20, 2048, "/dev/nvidia-uvm-tools")
            + mapping(0x7f3000000000L, 2 << 20, 2048, "/dev/nvidia0")
            + managed(0x7f4000000000L, 2 << 20, 0)
            + "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]\nRss: 4 kB\n";
    assertEquals(
        List.of(
            new ManagedMapping(new AddressRange(0x7f0000000000L, 4 << 20), 2 << 20),
            new ManagedMapping(new AddressRange(0x7f4000000000L, 2 << 20), 0)),
        ManagedMapping.parse(smaps));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "Rss: 12 kB",
        "2000-1000 rw-s 0 00:06 1 /dev/nvidia-uvm\nRss: 4 kB",
        "0-1000 rw-s 0 00:06 1 /dev/nvidia-uvm\nRss: 4 kB",
        "1000-fffffffffffffffff rw-s 0 00:06 1 /dev/nvidia-uvm\nRss: 4 kB",
        "xyz-2000 rw-s 0 00:06 1 /dev/nvidia-uvm\nRss: 4 kB",
        "ffff800000000000-ffff800000001000 rw-s 0 00:06 1 /dev/nvidia-uvm\nRss: 4 kB",
        "1000-2000 rw-s 0 00:06 1 /dev/nvidia-uvm",
        "1000-2000 rw-s 0 00:06 1 /dev/nvidia-uvm\nRss: many kB",
        "1000-2000 rw-s 0 00:06 1 /dev/nvidia-uvm\nRss: -4 kB",
        "1000-2000 rw-s 0 00:06 1 /dev/nvidia-uvm\nRss: 99999999999999999999 kB"
      })
  void whatIsMalformedIsLeftOut(String smaps) {
    assertEquals(List.of(), ManagedMapping.parse(smaps));
  }

  @Test
  void noMoreIsResidentThanIsMapped() {
    assertEquals(
        2 << 20,
        ManagedMapping.parse(managed(1 << 21, 2 << 20, 1 << 30)).getFirst().residentBytes());
  }
}
