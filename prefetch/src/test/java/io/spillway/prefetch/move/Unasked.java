package io.spillway.prefetch.move;

import io.spillway.evict.Piece;
import io.spillway.prefetch.step.Step;
import java.util.List;

/** Nobody wants to know what lanes do. */
class Unasked implements Mover.Calls {
  @Override
  public void called() {}

  @Override
  public void stays(List<Piece> pieces) {}

  @Override
  public void comesNot(Step step) {}

  @Override
  public void failed(RuntimeException failure) {
    throw failure;
  }
}
