/** Microbenchmarks of what Spillway adds to a call, under JMH. */
@NullMarked
package io.spillway.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
