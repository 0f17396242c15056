@NullMarked
package io.spillway.profile;

import org.jspecify.annotations.NullMarked;
