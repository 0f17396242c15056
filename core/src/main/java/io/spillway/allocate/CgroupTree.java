package io.spillway.allocate;

import java.util.ArrayList;
import java.util.List;

/**
 * The memory cgroups this process is in, found as the kernel documents it: {@code
 * /proc/self/cgroup} names the group in each hierarchy, {@code /proc/self/mountinfo} says where the
 * hierarchies are mounted. Hybrid hosts have both versions.
 */
final class CgroupTree {

  /** One directory of the tree; {@code unified} is version 2. */
  record Group(boolean unified, String directory) {}

  private record Mount(boolean unified, String root, String point) {}

  private final HostFiles files;
  private final List<Mount> mounts;

  /** Reads where the hierarchies are mounted, which stays so while the process runs. */
  CgroupTree(HostFiles files) {
    this.files = files;
    String mountinfo = files.read("/proc/self/mountinfo");
    List<Mount> found = new ArrayList<>();
    if (mountinfo != null) {
      mountinfo.lines().forEach(line -> addMount(line, found));
    }
    this.mounts = List.copyOf(found);
  }

  /** The groups that enclose this process now, innermost first, one hierarchy after the other. */
  List<Group> groups() {
    String memberships = files.read("/proc/self/cgroup");
    List<Group> groups = new ArrayList<>();
    if (memberships == null) {
      return groups;
    }
    for (String line : memberships.lines().toList()) {
      // hierarchy-ID:controllers:path, cgroups(7)
      String[] parts = line.split(":", 3);
      if (parts.length != 3) {
        continue;
      }
      boolean unified = parts[0].equals("0") && parts[1].isEmpty();
      if (!unified && !List.of(parts[1].split(",")).contains("memory")) {
        continue;
      }
      for (Mount mount : mounts) {
        if (mount.unified == unified) {
          addEnclosing(mount, parts[2], groups);
          break;
        }
      }
    }
    return groups;
  }

  private static void addEnclosing(Mount mount, String path, List<Group> groups) {
    String below = below(mount.root, path);
    while (!below.isEmpty()) {
      groups.add(new Group(mount.unified, mount.point + below));
      below = below.substring(0, below.lastIndexOf('/'));
    }
    groups.add(new Group(mount.unified, mount.point));
  }

  /**
   * {@code path} relative to what is mounted. Where the group lies outside of it, as with a
   * container's mount seen without its namespace, the mount itself is the nearest group visible.
   */
  private static String below(String mountRoot, String path) {
    String root = mountRoot.equals("/") ? "" : mountRoot;
    if (path.equals("/") || path.contains("/..") || !path.startsWith(root)) {
      return "";
    }
    String below = path.substring(root.length());
    return below.startsWith("/") ? below : "";
  }

  /** A line of mountinfo: id parent dev root point options [tag...] - type source super-options. */
  private static void addMount(String line, List<Mount> found) {
    int separator = line.indexOf(" - ");
    if (separator < 0) {
      return;
    }
    String[] before = line.substring(0, separator).split(" ", -1);
    String[] after = line.substring(separator + 3).split(" ", -1);
    if (before.length < 5 || after.length < 3) {
      return;
    }
    boolean unified = after[0].equals("cgroup2");
    boolean legacy = after[0].equals("cgroup") && List.of(after[2].split(",")).contains("memory");
    if (unified || legacy) {
      found.add(new Mount(unified, unescape(before[3]), unescape(before[4])));
    }
  }

  /** Undoes the octal escapes of blanks, {@code proc_pid_mountinfo(5)}. */
  private static String unescape(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
