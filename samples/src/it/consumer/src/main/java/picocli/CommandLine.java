package picocli;

/** A library of the consumer's, of the name of one that Spillway's command line uses. */
public final class CommandLine {
  /** Which one it is. */
  public static final String VERSION = "the consumer's picocli";

  private CommandLine() {}
}
