package com.fasterxml.jackson.databind;

/** A library of the consumer's, of the name of one that Spillway's command line uses. */
public final class ObjectMapper {
  /** Which one it is. */
  public static final String VERSION = "the consumer's jackson";

  private ObjectMapper() {}
}
