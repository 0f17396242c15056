package io.spillway.allocate;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request is served with managed memory instead of plain device memory.
 *
 * <p>Rules are pure and quick, and called by any thread; they never see the driver. A rule knows
 * one thing and {@linkplain Decision#ABSTAIN abstains} otherwise; {@link #firstOf} puts them
 * together. What no rule can know, that the driver itself runs out of memory, the {@link Allocator}
 * answers with a redirect of its own.
 */
@FunctionalInterface
public interface RedirectRule {

  /**
   * Most headroom that {@link #standard} keeps free: 640 MiB, what the RAPIDS accelerator for Spark
   * reserves by default ({@code spark.rapids.memory.gpu.reserve}) for library workspaces, module
   * code and other memory nobody asks an allocator for.
   */
  long STANDARD_HEADROOM_BYTES = 640 * ByteSize.MIB;

  /** Headroom never takes more than this part of a small device: a sixteenth. */
  int STANDARD_HEADROOM_DIVISOR = 16;

  /**
   * Percent of the device that {@link #standard} keeps for managed memory once there is some: 25.
   * Twice the two pieces in flight that double buffering needs, for pieces of a sixteenth of the
   * device. A judgement, not a measurement.
   */
  int STANDARD_WINDOW_PERCENT = 25;

  /** The headroom that {@link #standard} keeps free of a device of so many bytes. */
  static long standardHeadroomBytes(long deviceTotalBytes) {
    return Math.min(STANDARD_HEADROOM_BYTES, deviceTotalBytes / STANDARD_HEADROOM_DIVISOR);
  }

  /**
   * Smallest request {@link #standard} redirects: one block, as managed memory is rounded up to
   * whole blocks and a smaller one would waste most of it.
   */
  long STANDARD_SMALLEST_BYTES = Blocks.BYTES;

  /**
   * Decides about {@code request}.
   *
   * @param request its size is positive
   */
  Decision decide(AllocationRequest request, MemoryView memory);

  /**
   * The decision, where the state of memory has no part in it: it costs a driver call to learn.
   *
   * @return what {@link #decide} would say whatever the memory, null if that depends on it
   */
  default @Nullable Decision decideBySize(AllocationRequest request) {
    return null;
  }

  /** Obeys {@link Placement#DEVICE} and {@link Placement#MANAGED}, and abstains on AUTO. */
  static RedirectRule explicitPlacement() {
    return new ExplicitPlacement();
  }

  /**
   * Keeps requests below a size.
   *
   * @param bytes the smallest size that may be redirected, not negative
   */
  static RedirectRule keepBelow(long bytes) {
    return new KeepBelow(bytes);
  }

  /**
   * Redirects every request from a size on, whether it fits or not.
   *
   * @param bytes the smallest size that is redirected, positive
   */
  static RedirectRule redirectFrom(long bytes) {
    return new RedirectFrom(bytes);
  }

  /**
   * Redirects a request that would leave less than {@code bytes} of the device free.
   *
   * @param bytes not negative
   */
  static RedirectRule headroom(long bytes) {
    return new FreeMemoryHeadroom(bytes);
  }

  /**
   * Redirects a request that would eat into the part of the device managed memory needs.
   *
   * <p>Plain device memory cannot be evicted: if it fills the card, managed memory has no room and
   * thrashes. The window is {@code percent} of the device, at most the budget and at most the
   * managed footprint in whole blocks; so while nothing is managed there is none, and nothing is
   * redirected while it fits. What managed memory already holds on the device counts towards it.
   *
   * @param percent of the device's total, from 0 to 100
   */
  static RedirectRule managedWindow(int percent) {
    return new ManagedWindow(percent, false);
  }

  /**
   * {@link #managedWindow}, kept from the first allocation on: for programs known to need more than
   * the device has. It redirects before the device is full, so also when all would have fitted.
   *
   * @param percent of the device's total, from 0 to 100
   */
  static RedirectRule managedWindowFromStart(int percent) {
    return new ManagedWindow(percent, true);
  }

  /** Redirects a request that would take plain memory beyond the device budget. */
  static RedirectRule withinBudget() {
    return new PlainWithinBudget();
  }

  /**
   * {@link #standard}, with plain memory held to the device budget as well: on a card that should
   * be used as if it had only so much.
   *
   * @param deviceTotalBytes the device's memory
   */
  static RedirectRule plainWithinBudget(long deviceTotalBytes) {
    return firstOf(
        explicitPlacement(),
        keepBelow(STANDARD_SMALLEST_BYTES),
        withinBudget(),
        standard(deviceTotalBytes));
  }

  /** The first decision that is not an abstention; {@link Decision#ABSTAIN} if there is none. */
  static RedirectRule firstOf(RedirectRule... rules) {
    return new FirstOf(List.of(rules));
  }

  /**
   * What {@link Allocator} uses unless told otherwise: explicit placement; small requests stay;
   * then {@link #headroom} and {@link #managedWindow} with the constants above.
   *
   * @param deviceTotalBytes the device's memory
   */
  static RedirectRule standard(long deviceTotalBytes) {
    return firstOf(
        explicitPlacement(),
        keepBelow(STANDARD_SMALLEST_BYTES),
        headroom(standardHeadroomBytes(deviceTotalBytes)),
        managedWindow(STANDARD_WINDOW_PERCENT));
  }
}
