package io.spillway.agent;

import io.spillway.dropin.Pitch;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * A copy or fill of JCuda's, and which of its arguments say what it touches. Positions are -1 where
 * there is no such argument.
 *
 * @param method the public method's name
 * @param descriptor its descriptor
 * @param destination the pointer written through
 * @param source the pointer read through
 * @param width bytes, or bytes of a row; or elements
 * @param elementBytes what {@code width} counts, in bytes
 * @param height rows
 * @param destinationPitch bytes from row to row
 * @param sourcePitch bytes from row to row
 * @param stream the stream
 */
record TransferShape(
    String method,
    String descriptor,
    int destination,
    int source,
    int width,
    int elementBytes,
    int height,
    int destinationPitch,
    int sourcePitch,
    int stream) {

  // Name, descriptor, roles: D destination, S source, W width (W2x4: argument 2, four bytes each),
  // H height, P and Q the pitches of destination and source, T stream. P, O, C and the like stand
  // for JCuda's classes, below.
  private static final String TABLE =
      """
      cuMemcpy (DDJ) D0 S1 W2
      cuMemcpyAsync (DDJU) D0 S1 W2 T3
      cuMemcpyPeer (DCDCJ) D0 S2 W4
      cuMemcpyPeerAsync (DCDCJU) D0 S2 W4 T5
      cuMemcpyHtoD (DPJ) D0 S1 W2
      cuMemcpyHtoDAsync (DPJU) D0 S1 W2 T3
      cuMemcpyDtoH (PDJ) D0 S1 W2
      cuMemcpyDtoHAsync (PDJU) D0 S1 W2 T3
      cuMemcpyDtoD (DDJ) D0 S1 W2
      cuMemcpyDtoDAsync (DDJU) D0 S1 W2 T3
      cuMemcpyDtoA (AJDJ) S2 W3
      cuMemcpyAtoD (DAJJ) D0 W3
      cuMemsetD8 (DBJ) D0 W2x1
      cuMemsetD8Async (DBJU) D0 W2x1 T3
      cuMemsetD16 (DSJ) D0 W2x2
      cuMemsetD16Async (DSJU) D0 W2x2 T3
      cuMemsetD32 (DIJ) D0 W2x4
      cuMemsetD32Async (DIJU) D0 W2x4 T3
      cuMemsetD2D8 (DJBJJ) D0 P1 W3x1 H4
      cuMemsetD2D8Async (DJBJJU) D0 P1 W3x1 H4 T5
      cuMemsetD2D16 (DJSJJ) D0 P1 W3x2 H4
      cuMemsetD2D16Async (DJSJJU) D0 P1 W3x2 H4 T5
      cuMemsetD2D32 (DJIJJ) D0 P1 W3x4 H4
      cuMemsetD2D32Async (DJIJJU) D0 P1 W3x4 H4 T5
      cudaMemcpy (PPJI) D0 S1 W2
      cudaMemcpyAsync (PPJIR) D0 S1 W2 T4
      cudaMemcpyPeer (PIPIJ) D0 S2 W4
      cudaMemcpyPeerAsync (PIPIJR) D0 S2 W4 T5
      cudaMemcpy2D (PJPJJJI) D0 P1 S2 Q3 W4 H5
      cudaMemcpy2DAsync (PJPJJJIR) D0 P1 S2 Q3 W4 H5 T7
      cudaMemset (PIJ) D0 W2
      cudaMemsetAsync (PIJR) D0 W2 T3
      cudaMemset2D (PJIJJ) D0 P1 W3 H4
      cudaMemset2DAsync (PJIJJR) D0 P1 W3 H4 T5
      """;

  private static final Map<Character, String> CLASSES =
      Map.of(
          'A', "Ljcuda/driver/CUarray;",
          'C', "Ljcuda/driver/CUcontext;",
          'D', "Ljcuda/driver/CUdeviceptr;",
          'P', "Ljcuda/Pointer;",
          'R', "Ljcuda/runtime/cudaStream_t;",
          'U', "Ljcuda/driver/CUstream;");

  private static final Map<String, TransferShape> SHAPES = parse();

  /** The shape of a method; empty if it neither copies nor fills linear memory. */
  static Optional<TransferShape> of(String method) {
    return Optional.ofNullable(SHAPES.get(method));
  }

  /** Every shape. */
  static Collection<TransferShape> all() {
    return SHAPES.values();
  }

  /** By hand: this is read while a program starts, where streams and patterns take milliseconds. */
  private static Map<String, TransferShape> parse() {
    Map<String, TransferShape> shapes = new HashMap<>();
    StringTokenizer lines = new StringTokenizer(TABLE, "\n");
    while (lines.hasMoreTokens()) {
      TransferShape shape = parse(new StringTokenizer(lines.nextToken()));
      shapes.put(shape.method, shape);
    }
    return Collections.unmodifiableMap(shapes);
  }

  private static TransferShape parse(StringTokenizer words) {
    String method = words.nextToken();
    StringBuilder descriptor = new StringBuilder();
    for (char each : words.nextToken().toCharArray()) {
      descriptor.append(CLASSES.getOrDefault(each, String.valueOf(each)));
    }
    int[] at = new int[128];
    Arrays.fill(at, -1);
    int elementBytes = 1;
    while (words.hasMoreTokens()) {
      String role = words.nextToken();
      int times = role.indexOf('x');
      at[role.charAt(0)] = Integer.parseInt(role.substring(1, times < 0 ? role.length() : times));
      elementBytes = times < 0 ? elementBytes : Integer.parseInt(role.substring(times + 1));
    }
    return new TransferShape(
        method,
        descriptor.append('I').toString(),
        at['D'],
        at['S'],
        at['W'],
        elementBytes,
        at['H'],
        at['P'],
        at['Q'],
        at['T']);
  }

  /** From the first byte it touches through a pointer to the last; 0 if it touches none. */
  private long extent(int pitch, Object[] arguments) {
    long widthBytes = (long) arguments[width] * elementBytes;
    return height < 0
        ? widthBytes
        : Pitch.extent((long) arguments[pitch], widthBytes, (long) arguments[height]);
  }

  /** What is written, gaps between rows included. */
  long destinationBytes(Object[] arguments) {
    return destination < 0 ? 0 : extent(destinationPitch, arguments);
  }

  /** What is read, gaps between rows included. */
  long sourceBytes(Object[] arguments) {
    return source < 0 ? 0 : extent(sourcePitch, arguments);
  }
}
