package io.spillway.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.UpcomingLaunch;
import io.spillway.access.AccessKind;
import io.spillway.access.RangeAccess;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.Traces;
import io.spillway.range.AddressRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NamedAheadTest {

  private static final int NAMED = 3;

  private static List<AddressRange> ranges(Trace trace) {
    List<AddressRange> ranges = new ArrayList<>();
    trace.regions().forEach(region -> ranges.add(new AddressRange(1L << 40, region.bytes())));
    return ranges;
  }

  @Test
  void theListSlidesAlongToTheEnd() throws IOException {
    Trace trace = Traces.open("gen:training?steps=2");
    NamedAhead ahead = new NamedAhead(trace, ranges(trace), NAMED);
    for (int i = 0; i < trace.launches(); i++) {
      List<UpcomingLaunch> named = ahead.from(i);

      assertThat(named).hasSize(Math.min(NAMED, trace.launches() - i));
      for (int step = 0; step < named.size(); step++) {
        assertThat(named.get(step).label()).isEqualTo(trace.launch(i + step).label());
        assertThat(named.get(step).accesses().stream().map(RangeAccess::kind))
            .containsExactlyElementsOf(kinds(trace, i + step));
      }
    }
  }

  private static List<AccessKind> kinds(Trace trace, int launch) {
    return trace.launch(launch).touches().stream().map(each -> each.effect().access()).toList();
  }
}
