/**
 * The engine as a session sees it: the plugins that move data, and what connects them to the
 * session.
 *
 * <p>{@link io.spillway.prefetch.Auto} and its like are what a configuration names. Behind them is
 * the engine that predicts: launching threads tell a background thread what they do ({@code
 * message}), which plans ({@code plan}) and moves ({@code move}) until it had better not ({@code
 * govern}). A plan rests on launches in terms of pieces ({@code launch}), on what stays on the
 * device in a lap ({@code lap}), on what is accessed on the host instead ({@code inplace}) and on
 * what was learnt from trying that ({@code trial}); it comes out in steps ({@code step}). Beside it
 * are the plain movers that it has to beat ({@code baseline}). Each package sees only those below
 * it:
 *
 * <pre>
 * prefetch
 * message  govern  baseline
 * move     plan
 *          inplace
 *          lap
 *          launch
 * step     trial
 * </pre>
 */
@NullMarked
package io.spillway.prefetch;

import org.jspecify.annotations.NullMarked;
