package io.spillway.samples.jcuda;

/**
 * What passes go over that are alike, at the least: bytes that are read or written several times in
 * one pass count once.
 *
 * @param count how many passes
 * @param readBytes what each reads
 * @param writtenBytes what each writes, apart from that
 */
record PassBytes(long count, long readBytes, long writtenBytes) {

  String json() {
    return "{\"count\": %d, \"read\": %d, \"written\": %d}"
        .formatted(count, readBytes, writtenBytes);
  }
}
