package io.spillway.benchmarks.jmh;

import io.spillway.predict.Predictor;
import io.spillway.predict.Touches;
import java.util.Arrays;

/**
 * The heap that a predictor takes for each launch it knows, in a lap of so many distinct launches
 * of two ranges: what is in use with many predictors, less what was without, after collections.
 */
public final class PredictorFootprint {

  private static final int[] LAUNCHES = {10, 1000, 100_000};

  /** Launches that all predictors of a row know together: enough that the heap's own is noise. */
  private static final int TOGETHER = 200_000;

  /** Rounds of the lap, so that it is recognised and its history as long as it gets. */
  private static final int ROUNDS = 3;

  private PredictorFootprint() {}

  /** Prints a line for each number of launches. */
  @SuppressWarnings("SystemOut") // A program's result.
  public static void main(String[] arguments) {
    for (int launches : LAUNCHES) {
      Predictor[] predictors = new Predictor[TOGETHER / launches];
      long before = usedBytes();
      Arrays.setAll(predictors, _ -> following(launches));
      long bytes = usedBytes() - before;
      if (!Arrays.stream(predictors).allMatch(Predictor::inLap)) {
        throw new IllegalStateException("a lap of " + launches + " launches was not recognised");
      }
      System.out.printf(
          "%,d distinct launches: %,d B for each%n",
          launches, bytes / ((long) launches * predictors.length));
    }
  }

  private static Predictor following(int launches) {
    Predictor predictor = new Predictor();
    Touches touches = new Touches();
    for (int i = 0; i < ROUNDS * launches; i++) {
      Touches launch = PredictedLaunch.launch(i % launches, touches);
      int ignored = predictor.observe(launch, (origin, candidate, bytes) -> false);
    }
    return predictor;
  }

  private static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
