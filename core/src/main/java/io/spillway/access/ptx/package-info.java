/**
 * Static evidence: what the kernels of a PTX module do with the memory behind their parameters,
 * told from the text alone.
 *
 * <p>{@link io.spillway.access.ptx.PtxModule} reads a text in one pass: a lexer, a parser for
 * declarations, one for function bodies, and a translation of each instruction into a few
 * constraints on where values come from. {@link io.spillway.access.ptx.PtxModule#kernel} follows
 * values through one kernel and the functions it calls to a fixed point, and reads off what is
 * loaded and stored through each parameter. {@link io.spillway.access.ptx.LaunchEvidence} puts that
 * together with the arguments of a launch.
 *
 * <p>The analysis forgets the order of instructions and errs to one side: what it cannot follow is
 * unknown, and never "only read". It takes for granted what {@link
 * io.spillway.access.ptx.KernelEvidence} lists.
 */
@NullMarked
package io.spillway.access.ptx;

import org.jspecify.annotations.NullMarked;
