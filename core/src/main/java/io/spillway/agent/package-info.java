/**
 * The Java agent: gives unmodified JCuda programs the drop-in.
 *
 * <p>{@link io.spillway.agent.SpillwayAgent} reads the settings and adds a transformer, which
 * checks JCuda's two classes of calls against the {@linkplain io.spillway.agent.JcudaShape shapes}
 * it knows and links their few interesting native calls through {@link io.spillway.agent.Linker}.
 * JCuda may be loaded by any loader: nothing here refers to its classes.
 */
@NullMarked
package io.spillway.agent;

import org.jspecify.annotations.NullMarked;
