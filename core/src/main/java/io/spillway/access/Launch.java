package io.spillway.access;

import io.spillway.driver.StreamHandle;

/**
 * One kernel launch or copy, or a group of them declared as one.
 *
 * @param label what identifies it across runs together with {@code ordinal}
 * @param ordinal its position among launches of the same label, such as a layer's number
 * @param sequence its number in this session, rising by one from 0
 * @param stream the stream it is issued to
 */
public record Launch(String label, int ordinal, long sequence, StreamHandle stream) {}
