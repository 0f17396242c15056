package io.spillway.profile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The launch sites of a recording, by label. */
final class SiteTable {

  /** Sites told apart; a program has as many as lines that launch. All others count as one. */
  static final int MOST_SITES = 1 << 14;

  private static final String OTHERS = "(other sites)";

  private final List<SiteRow> rows = new ArrayList<>();
  private final Map<String, SiteRow> byLabel = new HashMap<>();

  List<SiteRow> rows() {
    return rows;
  }

  SiteRow of(String label) {
    SiteRow row = byLabel.get(label);
    if (row == null) {
      if (rows.size() >= MOST_SITES && !label.equals(OTHERS)) {
        return of(OTHERS);
      }
      row = new SiteRow(rows.size(), label);
      rows.add(row);
      byLabel.put(label, row);
    }
    return row;
  }
}
