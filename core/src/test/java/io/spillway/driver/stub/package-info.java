/** The stub {@code libcuda.so.1} of the tests, as Java sees it. */
@NullMarked
package io.spillway.driver.stub;

import org.jspecify.annotations.NullMarked;
