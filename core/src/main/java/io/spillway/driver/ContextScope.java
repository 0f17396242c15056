package io.spillway.driver;

/** The time in which a context is current on a thread, ended by the thread that began it. */
@FunctionalInterface
public interface ContextScope extends AutoCloseable {
  /** Makes the context current that was so before. */
  @Override
  void close();
}
