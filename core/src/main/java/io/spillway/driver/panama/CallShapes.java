package io.spillway.driver.panama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * The shapes of the driver's functions. The result is always {@code CUresult}; in the names I is an
 * int, J a long or pointer-sized, A an address we own, B an unsigned char, L a {@code
 * CUmemLocation} by value.
 *
 * <p>Each in a class of its own, so that it is linked when it is first called: linking one takes 5
 * ms in a JVM that has just started, and few programs use all.
 */
final class CallShapes {

  private static final Linker LINKER = Linker.nativeLinker();

  private CallShapes() {}

  /** Links now what launches are marked and waited for with, and data is moved with. */
  static void linkThoseOfMoves() {
    Object ignored =
        List.of(
            J.CALL,
            JA.CALL,
            JJ.CALL,
            JJI.CALL,
            AI.CALL,
            AJJ.CALL,
            JJLIJ.CALL,
            JJIL.CALL,
            AAJJJ.CALL,
            AAJAAJJJ.CALL);
  }

  /** A downcall that threw: a wrong descriptor, a bug here, never something the driver said. */
  static Error broken(Throwable e) {
    if (e instanceof RuntimeException failure) {
      throw failure;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("downcall failed", e);
  }

  @SuppressWarnings("restricted") // Calling the driver is what this class is for.
  private static MethodHandle shape(MemoryLayout... arguments) {
    return LINKER.downcallHandle(FunctionDescriptor.of(JAVA_INT, arguments));
  }

  static final class I {
    static final MethodHandle CALL = shape(JAVA_INT);

    private I() {}
  }

  static final class J {
    static final MethodHandle CALL = shape(JAVA_LONG);

    private J() {}
  }

  static final class A {
    static final MethodHandle CALL = shape(ADDRESS);

    private A() {}
  }

  static final class AA {
    static final MethodHandle CALL = shape(ADDRESS, ADDRESS);

    private AA() {}
  }

  static final class AI {
    static final MethodHandle CALL = shape(ADDRESS, JAVA_INT);

    private AI() {}
  }

  static final class AII {
    static final MethodHandle CALL = shape(ADDRESS, JAVA_INT, JAVA_INT);

    private AII() {}
  }

  static final class AIJ {
    static final MethodHandle CALL = shape(ADDRESS, JAVA_INT, JAVA_LONG);

    private AIJ() {}
  }

  static final class AJ {
    static final MethodHandle CALL = shape(ADDRESS, JAVA_LONG);

    private AJ() {}
  }

  static final class AJA {
    static final MethodHandle CALL = shape(ADDRESS, JAVA_LONG, ADDRESS);

    private AJA() {}
  }

  static final class AJI {
    static final MethodHandle CALL = shape(ADDRESS, JAVA_LONG, JAVA_INT);

    private AJI() {}
  }

  static final class AJJ {
    static final MethodHandle CALL = shape(ADDRESS, JAVA_LONG, JAVA_LONG);

    private AJJ() {}
  }

  static final class AJIJJ {
    static final MethodHandle CALL = shape(ADDRESS, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private AJIJJ() {}
  }

  static final class IA {
    static final MethodHandle CALL = shape(JAVA_INT, ADDRESS);

    private IA() {}
  }

  static final class IAA {
    static final MethodHandle CALL = shape(JAVA_INT, ADDRESS, ADDRESS);

    private IAA() {}
  }

  static final class JA {
    static final MethodHandle CALL = shape(JAVA_LONG, ADDRESS);

    private JA() {}
  }

  static final class JJ {
    static final MethodHandle CALL = shape(JAVA_LONG, JAVA_LONG);

    private JJ() {}
  }

  static final class JJI {
    static final MethodHandle CALL = shape(JAVA_LONG, JAVA_LONG, JAVA_INT);

    private JJI() {}
  }

  static final class JJII {
    static final MethodHandle CALL = shape(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT);

    private JJII() {}
  }

  static final class JJIL {
    static final MethodHandle CALL = shape(JAVA_LONG, JAVA_LONG, JAVA_INT, CallScratch.LOCATION);

    private JJIL() {}
  }

  static final class JJIJ {
    static final MethodHandle CALL = shape(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);

    private JJIJ() {}
  }

  static final class JJJJ {
    static final MethodHandle CALL = shape(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private JJJJ() {}
  }

  static final class JJLIJ {
    static final MethodHandle CALL =
        shape(JAVA_LONG, JAVA_LONG, CallScratch.LOCATION, JAVA_INT, JAVA_LONG);

    private JJLIJ() {}
  }

  static final class JBJJ {
    static final MethodHandle CALL = shape(JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG);

    private JBJJ() {}
  }

  static final class AAJJJ {
    static final MethodHandle CALL = shape(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private AAJJJ() {}
  }

  static final class AAJAAJJJ {
    static final MethodHandle CALL =
        shape(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private AAJAAJJJ() {}
  }

  static final class AAIAA {
    static final MethodHandle CALL = shape(ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);

    private AAIAA() {}
  }

  static final class AAIJ {
    static final MethodHandle CALL = shape(ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG);

    private AAIJ() {}
  }

  static final class AAIJA {
    static final MethodHandle CALL = shape(ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS);

    private AAIJA() {}
  }

  static final class LAUNCH {
    static final MethodHandle CALL =
        shape(
            JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            JAVA_LONG, ADDRESS, ADDRESS);

    private LAUNCH() {}
  }
}
