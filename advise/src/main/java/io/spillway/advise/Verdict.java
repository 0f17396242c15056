package io.spillway.advise;

/**
 * What a rule says of one block in one phase.
 *
 * @param basis how it is known what launches do with the block
 * @param saving what it is expected to save
 */
public record Verdict(Basis basis, Saving saving) {}
