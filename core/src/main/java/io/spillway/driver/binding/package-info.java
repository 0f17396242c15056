/**
 * What the bindings have in common, whoever makes their calls. Not exported: {@link
 * io.spillway.driver.binding.BindingCalls} is for {@code driver.panama} and {@code driver.jcuda}.
 */
@NullMarked
package io.spillway.driver.binding;

import org.jspecify.annotations.NullMarked;
