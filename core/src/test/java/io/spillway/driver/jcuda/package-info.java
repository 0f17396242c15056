/** What holds of the JCuda driver beyond the contract of the seam. */
@NullMarked
package io.spillway.driver.jcuda;

import org.jspecify.annotations.NullMarked;
