package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;

/** One event of a recording, as tests make them. */
sealed interface Told {

  /** When it was written. */
  long time();

  /** Tells a folder. */
  void to(ProfileFolder folder);

  record Allocated(
      long time, long address, long bytes, MemoryKind kind, String site, String label, long ordinal)
      implements Told {
    @Override
    public void to(ProfileFolder folder) {
      folder.allocation(time, address, bytes, bytes, kind, site, label, ordinal);
    }
  }

  record Freed(long time, long address) implements Told {
    @Override
    public void to(ProfileFolder folder) {
      folder.free(time, address);
    }
  }

  record Launched(long time, long sequence, String label, String function) implements Told {
    @Override
    public void to(ProfileFolder folder) {
      folder.launch(time, sequence, label, (int) sequence, function);
    }
  }

  record Accessed(long time, long sequence, String label, long address, long bytes, AccessKind kind)
      implements Told {
    @Override
    public void to(ProfileFolder folder) {
      folder.access(time, sequence, label, (int) sequence, address, bytes, kind);
    }
  }

  record Ran(long time, long sequence, String function, long start, long end) implements Told {
    @Override
    public void to(ProfileFolder folder) {
      folder.kernel(time, sequence, function, start, end);
    }
  }

  record Faulted(
      long time,
      Processor processor,
      FaultAccess access,
      long address,
      long pages,
      int parts,
      long start,
      long end,
      long sequence)
      implements Told {
    @Override
    public void to(ProfileFolder folder) {
      folder.fault(time, processor, access, address, pages, parts, start, end, sequence);
    }
  }

  record Moved(
      long time,
      Direction direction,
      TransferCause cause,
      long address,
      long bytes,
      long start,
      long end,
      long sequence)
      implements Told {
    @Override
    public void to(ProfileFolder folder) {
      folder.transfer(time, direction, cause, address, bytes, start, end, sequence);
    }
  }

  record Contended(long time, ContentionKind kind, long address, long bytes, long sequence)
      implements Told {
    @Override
    public void to(ProfileFolder folder) {
      folder.contention(time, kind, address, bytes, sequence);
    }
  }
}
