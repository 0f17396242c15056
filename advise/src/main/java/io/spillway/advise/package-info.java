/** Pure rules from an access profile to a plan of hints, each hint with its reason. */
@NullMarked
package io.spillway.advise;

import org.jspecify.annotations.NullMarked;
