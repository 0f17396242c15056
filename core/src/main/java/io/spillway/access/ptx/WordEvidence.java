package io.spillway.access.ptx;

/**
 * What a kernel does with the memory behind eight bytes of a parameter, should they be an address.
 *
 * @param offset where in the parameter they are, in bytes
 * @param access what it does
 * @param reason why that is known, or why it is not
 */
public record WordEvidence(int offset, ParameterAccess access, String reason) {}
