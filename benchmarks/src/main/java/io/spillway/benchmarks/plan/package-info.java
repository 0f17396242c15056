/**
 * What a program would do on a card that one may not have: whether it runs, how long a lap takes,
 * what binds it and what would help, each found by replaying its trace on a model of that card.
 */
@NullMarked
package io.spillway.benchmarks.plan;

import org.jspecify.annotations.NullMarked;
