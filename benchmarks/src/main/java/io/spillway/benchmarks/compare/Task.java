package io.spillway.benchmarks.compare;

import java.util.List;
import java.util.concurrent.Callable;

/**
 * A piece of a comparison that can run beside others.
 *
 * @param title what it is, for a progress bar
 * @param work gives what comes of it
 * @param <T> a part of that
 */
public record Task<T>(String title, Callable<List<T>> work) {}
