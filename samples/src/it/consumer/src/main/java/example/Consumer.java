package example;

import io.spillway.range.ByteSize;

/** The least a program outside this build can do with the published artifacts. */
public final class Consumer {
  private Consumer() {}

  /** Prints a size as Spillway writes it. */
  public static void main(String[] arguments) {
    System.out.println("consumer: 1.5g is " + ByteSize.parse("1.5g"));
  }
}
