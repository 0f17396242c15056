package io.spillway.advise.file;

import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import java.util.ArrayList;
import java.util.List;

/** A hint's fields as far as they are read; each at what it means to leave it out. */
final class HintFields {

  final List<Field> seen = new ArrayList<>();
  final List<String> whileLaunches = new ArrayList<>();
  String label = "";
  String site = "";
  boolean everyInstance;
  long allocationBytes;
  long offset;
  long bytes;
  Treatment treatment = Treatment.READ_MOSTLY;
  String rule = "";
  Basis basis = Basis.OBSERVED;
  String reason = "";
  Saving saving = Saving.NONE;

  SiteHint hint() {
    return new SiteHint(
        rule,
        treatment,
        site,
        label,
        everyInstance,
        allocationBytes,
        offset,
        bytes,
        whileLaunches,
        basis,
        reason,
        saving);
  }
}
