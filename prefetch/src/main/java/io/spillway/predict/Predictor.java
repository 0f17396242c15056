package io.spillway.predict;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Tells which launches to expect: what the program declared first, then what a recorded run made,
 * as long as this one does the same, then the lap that is being followed, then the stride of the
 * site, then the launches that usually follow.
 *
 * <p>How far ahead is a matter of trust. Along a lap it is twice the number of launches that came
 * as expected, so that trust doubles with every step and a wrong turn costs little; once the lap
 * {@linkplain LapFollower#provedItself proved itself}, it is the whole {@link LapFollower#lag},
 * after which the lap repeats. Not thread-safe.
 */
public final class Predictor {

  /** Launches expected from strides or successors at most: without a lap, trust is short. */
  private static final int MOST_GUESSED = 4;

  /** Below this, a chain of successors is not followed: it would more often be wrong than right. */
  private static final double LEAST_CONFIDENCE = 0.5;

  /** Steps in a row after which a stride is believed: two points make a line, a third proves it. */
  private static final int LEAST_REPEATS = 2;

  /** Launches of a lap, at least: what repeats in less is a loop inside something larger. */
  private static final int SHORTEST_LAP = 4;

  private static final int FEW = 8;

  /** How much the last outcome counts in {@link #accuracy}. */
  private static final double NEW_PART = 1.0 / 16;

  private final LaunchTable launches = new LaunchTable();
  private final LapFollower lap = new LapFollower();
  private final SuccessorTable successors = new SuccessorTable();
  private final StrideTable strides = new StrideTable();
  private final UpcomingLaunches declared = new UpcomingLaunches();
  private final IntUnaryOperator otherwise = this::otherwise;
  private final Touches next = new Touches();
  private ScheduleFollower recorded = new ScheduleFollower(launches, new int[0], new int[0]);
  private final int[] guessed = new int[MOST_GUESSED];
  private final float[] guessedConfidence = new float[MOST_GUESSED];
  private int guesses;
  private int previous = SuccessorTable.NONE;
  private double accuracy;
  private long epoch;

  /** The first position of which something else is expected than in the epoch before. */
  private long changedFrom;

  // What the program names, and what was expected before it did.
  private int[] named = new int[FEW];
  private int[] before = new int[FEW];

  /** Nothing has been seen. */
  public Predictor() {}

  /** The launches by number. */
  public LaunchTable launches() {
    return launches;
  }

  /**
   * The next launch.
   *
   * @param launch what it touches
   * @param bounds which memory strides may lead into
   * @return its number
   */
  public int observe(Touches launch, Bounds bounds) {
    int number = launches.intern(launch);
    boolean wasRecorded = recorded.followed();
    long epochBefore = sourceEpoch();
    boolean guessesMade = guesses > declared.size();
    boolean anyNamed = declared.size() > 0;
    boolean onlyNamed = anyNamed && depth() == declared.size();
    boolean inLap = lap.observe(number);
    boolean asRecorded = recorded.observe(number);
    accuracy += NEW_PART * (((wasRecorded ? asRecorded : inLap) ? 1 : 0) - accuracy);
    preferOwnLaps();
    boolean otherSource = recorded.followed() != wasRecorded;
    // What came instead of a recorded launch may have been named, and compared with that.
    boolean otherwiseThanBefore =
        otherSource || sourceEpoch() != epochBefore || (anyNamed && wasRecorded && !asRecorded);
    if (previous != SuccessorTable.NONE) {
      successors.followed(previous, number);
    }
    previous = number;
    int repeats = strides.observe(launch);
    boolean declaredChanged = declared.observe(number);
    guesses = 0;
    if (!recorded.followed() && lap.run() == 0) {
      guess(launch, number, repeats, bounds);
    }
    if (declaredChanged || otherwiseThanBefore) {
      declared.compareAnew();
    }
    compare();
    if (declaredChanged) {
      change(1);
    } else if (otherSource
        || (otherwiseThanBefore && (!onlyNamed || inLap()))
        || guessesMade
        || guesses > declared.size()) { // they are made anew each time
      change(declared.size() + 1);
    }
    return number;
  }

  /** Something else is expected from so many steps ahead on. */
  private void change(int step) {
    changedFrom = position() + step;
    epoch++;
  }

  private void compare() {
    if (recorded.followed()) {
      declared.compare(otherwise, recorded.depth());
    } else if (followed() > 0) {
      declared.compare(otherwise, (int) lap.lag());
    }
  }

  private long sourceEpoch() {
    return recorded.followed() ? recorded.epoch() : lap.epoch();
  }

  /**
   * Laps of this run that came as expected for as long as the recorded one is, and for longer than
   * that did, are what the program does now.
   */
  private void preferOwnLaps() {
    if (recorded.followed()
        && lap.lag() >= SHORTEST_LAP
        && lap.run() >= Math.max(lap.lag(), recorded.depth())
        && lap.run() > recorded.run()) {
      recorded.replace();
    }
  }

  /** Expects what a recorded run launched, as long as this one does the same. */
  public void expect(ScheduleFollower run) {
    recorded = run;
    declared.compareAnew();
    change(1);
  }

  /** Tells whether strides may lead to a range: it has to lie in one piece of live memory. */
  @FunctionalInterface
  public interface Bounds {
    /**
     * Whether {@code bytes} bytes from {@code address} belong to what {@code origin} is part of.
     */
    boolean allow(long origin, long address, long bytes);
  }

  private void guess(Touches launch, int number, int repeats, Bounds bounds) {
    if (repeats >= LEAST_REPEATS) {
      guessStride(launch, Math.min(MOST_GUESSED, repeats), bounds);
    }
    double confidence = 1;
    int at = guesses == 0 ? number : guessed[guesses - 1];
    while (guesses < MOST_GUESSED) {
      confidence *= successors.confidence(at);
      if (confidence < LEAST_CONFIDENCE) {
        return;
      }
      at = successors.likeliest(at);
      guessedConfidence[guesses] = (float) confidence;
      guessed[guesses++] = at;
    }
  }

  private void guessStride(Touches launch, int steps, Bounds bounds) {
    for (int step = 1; step <= steps; step++) {
      next.begin(launch.site());
      for (int i = 0; i < launch.count(); i++) {
        long origin = launch.address(i);
        long address = origin + step * strides.stride(launch.site(), i);
        if (!bounds.allow(origin, address, launch.bytes(i))) {
          return;
        }
        next.add(address, launch.bytes(i), launch.kind(i));
      }
      guessedConfidence[guesses] = 1f - 1f / (1 + steps);
      guessed[guesses++] = launches.intern(next);
    }
  }

  /**
   * The program says that these launches come next, in this order. Where that is what was expected,
   * nothing changes.
   */
  public void upcoming(Iterable<Touches> announced) {
    int count = 0;
    for (Touches launch : announced) {
      named = withRoom(named, count);
      named[count++] = launches.intern(launch);
    }
    int seen = Math.min(depth(), Math.max(count, declared.size()));
    for (int step = 1; step <= seen; step++) {
      before = withRoom(before, step);
      before[step] = launch(step);
    }
    declared.replace(named, count);
    compare();
    int step = 1;
    while (step <= Math.min(seen, depth()) && launch(step) == before[step]) {
      step++;
    }
    if (step <= seen) { // else what follows comes behind as many as before
      change(step);
    }
  }

  private static int[] withRoom(int[] numbers, int index) {
    return index < numbers.length ? numbers : Arrays.copyOf(numbers, 2 * index);
  }

  /** Launches went by unseen: what comes next is not known until it is recognised again. */
  public void lose() {
    lap.lose();
    recorded.lose();
    declared.clear();
    previous = SuccessorTable.NONE;
    guesses = 0;
    change(1);
  }

  /** How many launches ahead something is expected. */
  public int depth() {
    return declared.size() + Math.max(0, undeclared() - replaced());
  }

  private int undeclared() {
    if (recorded.followed()) {
      return recorded.depth();
    }
    int followed = followed();
    return followed > 0 ? followed : guesses;
  }

  /**
   * How many of the launches expected otherwise those that are declared take the place of. Guesses
   * are of what comes right after the last launch.
   */
  private int replaced() {
    return recorded.followed() || followed() > 0
        ? declared.foreseen()
        : Math.min(declared.size(), guesses);
  }

  /** How many of the launches expected next the program has named. */
  public int named() {
    return declared.size();
  }

  /** How many launches are declared that come in between those expected otherwise. */
  private int between() {
    return declared.size() - replaced();
  }

  private int followed() {
    return (int) (lap.provedItself() ? lap.lag() : Math.min(lap.lag(), 2L * lap.run()));
  }

  /**
   * The number of the launch expected in {@code step} launches.
   *
   * @param step from 1 to {@link #depth}
   */
  public int launch(int step) {
    if (step <= declared.size()) {
      return declared.get(step - 1);
    }
    return otherwise(step - between());
  }

  /** The same without what is declared. */
  private int otherwise(int step) {
    if (recorded.followed()) {
      return recorded.expected(step);
    }
    return followed() > 0 ? lap.expected(step) : guessed[step - 1];
  }

  /**
   * How likely the launch expected in {@code step} launches is, 0 to 1: how often expectations were
   * met lately, less where trust is being built up.
   */
  public double confidence(int step) {
    if (step <= declared.size()) {
      return 1;
    }
    if (recorded.followed()) {
      return accuracy;
    }
    int further = step - between();
    return followed() > 0
        ? accuracy * Math.min(1, (1.0 + lap.run()) / further)
        : guessedConfidence[further - 1];
  }

  /** Whether a whole lap is expected, so that what is not in it is not expected at all. */
  public boolean inLap() {
    return recorded.followed()
        ? recorded.lapLength() > 0
        : innerLap() > 0 || (lap.lag() > 0 && followed() == lap.lag());
  }

  /** Whether a lap of some length has proved itself, in this run or the recorded one. */
  public boolean lapConfirmed() {
    return recorded.followed() ? recorded.lapLength() > 0 : innerLap() > 0 || wholeLapConfirmed();
  }

  private boolean wholeLapConfirmed() {
    return lap.lag() >= SHORTEST_LAP && lap.provedItself();
  }

  /** The loop that is gone round meanwhile, until the lap it is part of is confirmed; 0 if none. */
  private long innerLap() {
    long inner = lap.innerLap();
    return inner >= SHORTEST_LAP && inner <= followed() && !wholeLapConfirmed() ? inner : 0;
  }

  /** How long the lap is that is followed, in launches; 0 if none is. */
  public long lapLength() {
    if (recorded.followed()) {
      return recorded.lapLength();
    }
    long inner = innerLap();
    return inner > 0 ? inner : lap.lag();
  }

  /** The same lap, and since when it is gone round again; the latter only of a whole one's own. */
  public GoneRound goneRound() {
    boolean own = !recorded.followed() && innerLap() == 0;
    return new GoneRound(lapLength(), own ? position() - lap.run() - 1 : GoneRound.UNKNOWN);
  }

  /** A hash of the lap's launches, the same wherever it begins: tells the lap from others. */
  public long lapLaunches() {
    long hash = lapLength();
    for (int step = 1; step <= lapLength(); step++) {
      hash += Mixing.mix(0, launch(step) + 1L);
    }
    return hash;
  }

  /** Launches seen so far. */
  public long position() {
    return lap.now() + 1;
  }

  /**
   * Rises whenever what is expected is not simply what was expected a launch ago, one step nearer,
   * perhaps with more behind it.
   */
  public long epoch() {
    return epoch;
  }

  /** The first position of which that is so, when the epoch rose last. */
  public long changedFrom() {
    return changedFrom;
  }
}
