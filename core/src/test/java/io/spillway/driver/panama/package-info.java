/** What holds of the FFM driver beyond the contract of the seam. */
@NullMarked
package io.spillway.driver.panama;

import org.jspecify.annotations.NullMarked;
