/**
 * Who is on the device and who leaves: our own account of residency, since the driver gives none.
 *
 * <p>Pure: nothing here sees a driver.
 */
@NullMarked
package io.spillway.evict;

import org.jspecify.annotations.NullMarked;
