package io.spillway.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.spillway.range.ByteSize;
import org.junit.jupiter.api.Test;

class RedirectRuleTest {

  private static final long GIB = ByteSize.GIB;

  /** 16 GiB device, 12 GiB budget. */
  private static MemoryView view(long freeBytes, long managedBytes, long onDeviceBytes) {
    return new MemoryView(
        freeBytes, 16 * GIB, 16 * GIB - freeBytes, managedBytes, onDeviceBytes, 12 * GIB);
  }

  private static AllocationRequest request(long bytes) {
    return AllocationRequest.of(bytes);
  }

  private static String redirect(Decision decision) {
    return assertInstanceOf(Decision.Redirect.class, decision).reason();
  }

  @Test
  void explicitPlacementAlwaysWins() {
    RedirectRule rule = RedirectRule.standard(16 * GIB);
    assertEquals(
        "placement MANAGED was asked for",
        redirect(
            rule.decide(new AllocationRequest(1, Placement.MANAGED, ""), view(16 * GIB, 0, 0))));
    assertEquals(
        new Decision.Keep("placement DEVICE was asked for"),
        rule.decide(new AllocationRequest(99 * GIB, Placement.DEVICE, ""), view(0, 0, 0)));
    assertSame(
        Decision.ABSTAIN, RedirectRule.explicitPlacement().decide(request(1), view(0, 0, 0)));
  }

  @Test
  void nothingIsRedirectedWhileItFits() {
    RedirectRule rule = RedirectRule.standard(16 * GIB);
    long headroom = RedirectRule.STANDARD_HEADROOM_BYTES;
    assertSame(Decision.ABSTAIN, rule.decide(request(16 * GIB - headroom), view(16 * GIB, 0, 0)));
    assertEquals(
        "16 GiB of the device is free and 640 MiB of it must stay free",
        redirect(rule.decide(request(16 * GIB - headroom + 1), view(16 * GIB, 0, 0))));
  }

  @Test
  void headroomIsASixteenthOfASmallDevice() {
    RedirectRule rule = RedirectRule.standard(4 * GIB);
    MemoryView memory = new MemoryView(4 * GIB, 4 * GIB, 0, 0, 0, 3 * GIB);
    assertSame(Decision.ABSTAIN, rule.decide(request(4 * GIB - GIB / 4), memory));
    assertInstanceOf(Decision.Redirect.class, rule.decide(request(4 * GIB - GIB / 4 + 1), memory));
  }

  @Test
  void smallRequestsStay() {
    assertEquals(
        new Decision.Keep("smaller than 2 MiB"),
        RedirectRule.standard(16 * GIB).decide(request((2 << 20) - 1), view(0, 0, 0)));
    assertSame(Decision.ABSTAIN, RedirectRule.keepBelow(10).decide(request(10), view(0, 0, 0)));
  }

  @Test
  void largeRequestsGoWhereThatIsAskedFor() {
    RedirectRule rule = RedirectRule.redirectFrom(GIB);
    assertSame(Decision.ABSTAIN, rule.decide(request(GIB - 1), view(0, 0, 0)));
    assertEquals(
        "not smaller than 1 GiB", redirect(rule.decide(request(GIB), view(16 * GIB, 0, 0))));
  }

  @Test
  void theWindowIsKeptOnceThereIsManagedMemory() {
    RedirectRule rule = RedirectRule.managedWindow(25);
    // Nothing managed: no window.
    assertSame(Decision.ABSTAIN, rule.decide(request(5 * GIB), view(5 * GIB, 0, 0)));
    // 8 GiB managed, none of it on the device yet: 4 GiB are kept.
    assertSame(Decision.ABSTAIN, rule.decide(request(GIB), view(5 * GIB, 8 * GIB, 0)));
    assertEquals(
        "5 GiB of the device is free and managed memory needs another 4 GiB of it",
        redirect(rule.decide(request(GIB + 1), view(5 * GIB, 8 * GIB, 0))));
    // What it holds already counts.
    assertSame(Decision.ABSTAIN, rule.decide(request(4 * GIB), view(5 * GIB, 8 * GIB, 3 * GIB)));
    assertSame(Decision.ABSTAIN, rule.decide(request(5 * GIB), view(5 * GIB, 8 * GIB, 4 * GIB)));
    // It is never more than the footprint.
    assertSame(Decision.ABSTAIN, rule.decide(request(5 * GIB - (2 << 20)), view(5 * GIB, 1, 0)));
  }

  @Test
  void theWindowIsNeverMoreThanTheBudget() {
    MemoryView memory = new MemoryView(5 * GIB, 16 * GIB, 0, 8 * GIB, 0, GIB);
    assertSame(Decision.ABSTAIN, RedirectRule.managedWindow(25).decide(request(4 * GIB), memory));
    assertInstanceOf(
        Decision.Redirect.class,
        RedirectRule.managedWindow(25).decide(request(4 * GIB + 1), memory));
  }

  @Test
  void theWindowCanBeKeptFromTheStart() {
    RedirectRule rule = RedirectRule.managedWindowFromStart(25);
    assertSame(Decision.ABSTAIN, rule.decide(request(12 * GIB), view(16 * GIB, 0, 0)));
    assertInstanceOf(
        Decision.Redirect.class, rule.decide(request(12 * GIB + 1), view(16 * GIB, 0, 0)));
  }

  @Test
  void theFirstDecisionCounts() {
    RedirectRule abstains = (request, memory) -> Decision.ABSTAIN;
    RedirectRule keeps = (request, memory) -> new Decision.Keep("k");
    RedirectRule redirects = (request, memory) -> new Decision.Redirect("r");
    assertEquals(
        new Decision.Keep("k"),
        RedirectRule.firstOf(abstains, keeps, redirects).decide(request(1), view(0, 0, 0)));
    assertEquals(
        new Decision.Redirect("r"),
        RedirectRule.firstOf(abstains, redirects, keeps).decide(request(1), view(0, 0, 0)));
    assertSame(Decision.ABSTAIN, RedirectRule.firstOf(abstains).decide(request(1), view(0, 0, 0)));
  }

  @Test
  void parametersAreChecked() {
    assertRefused("headroom -1: must not be negative", () -> RedirectRule.headroom(-1));
    assertRefused("size threshold -1: must not be negative", () -> RedirectRule.keepBelow(-1));
    assertRefused("size threshold 0: must be positive", () -> RedirectRule.redirectFrom(0));
    assertRefused("managed window 101%: must be 0 to 100", () -> RedirectRule.managedWindow(101));
  }

  private static void assertRefused(String message, Runnable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }
}
