/**
 * What holds the engine back where it does not help: how far ahead it may act ({@link
 * io.spillway.prefetch.govern.Governor}), whether launches wait for it ({@link
 * io.spillway.prefetch.govern.Patience}) or need not even tell it ({@link
 * io.spillway.prefetch.govern.Rest}), and whether it is on at all ({@link
 * io.spillway.prefetch.govern.OffSwitch}).
 */
@NullMarked
package io.spillway.prefetch.govern;

import org.jspecify.annotations.NullMarked;
