package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreePrefetcherTest {

  private final TreePrefetcher prefetcher = new TreePrefetcher(51);

  @Test
  void aSequentialStreamCompletesABlockInSixRounds() {
    PageSet resident = PageSet.EMPTY;
    List<Integer> faultsAtKib = new ArrayList<>();
    for (int page = 0; page < PageSet.PAGES; page++) {
      if (!resident.contains(page)) {
        faultsAtKib.add(page * 4);
        resident = resident.or(prefetcher.expand(PageSet.FULL, resident, PageSet.page(page)));
      }
    }
    assertThat(faultsAtKib).containsExactly(0, 64, 128, 256, 512, 1024);
    assertThat(resident).isSameAs(PageSet.FULL);
  }

  @Test
  void oneFaultFillsItsBigPageAndNoMore() {
    PageSet brought = prefetcher.expand(PageSet.FULL, PageSet.EMPTY, PageSet.page(37));
    assertThat(brought).isEqualTo(PageSet.range(32, 48));
  }

  @Test
  void halfIsNotAboveTheThreshold() {
    // 256 of 512 pages are 50%; 51% is needed.
    PageSet brought = prefetcher.expand(PageSet.FULL, PageSet.range(0, 240), PageSet.page(240));
    assertThat(brought).isEqualTo(PageSet.range(240, 256));
  }

  @Test
  void neverLeavesTheValidPages() {
    PageSet valid = PageSet.range(0, 100);
    PageSet brought = prefetcher.expand(valid, PageSet.range(0, 80), PageSet.page(99));
    assertThat(brought).isEqualTo(PageSet.range(80, 100));
  }

  @Test
  void whatIsResidentIsNotBroughtAgain() {
    PageSet resident = PageSet.range(0, 300);
    PageSet brought = prefetcher.expand(PageSet.FULL, resident, PageSet.page(400));
    assertThat(brought).isEqualTo(PageSet.range(300, 512));
  }
}
