/**
 * Who gets which memory, and who has it: the redirect rule, the ledger of live allocations, the
 * device budget and the host-memory guard.
 *
 * <p>{@link io.spillway.allocate.Allocator} is the way in. It asks the {@link
 * io.spillway.allocate.RedirectRule} whether a request stays plain device memory or becomes
 * managed, has the {@link io.spillway.allocate.HostMemoryGuard} promise the host memory before any
 * managed allocation is made, and enters what the driver returned in the {@link
 * io.spillway.allocate.Ledger}. Nothing here advises or moves memory.
 */
@NullMarked
package io.spillway.allocate;

import org.jspecify.annotations.NullMarked;
