/** What came of a comparison, for people and for programs. */
@NullMarked
package io.spillway.benchmarks.report;

import org.jspecify.annotations.NullMarked;
