package io.spillway.hint;

/**
 * Begins the event that suits a hint.
 *
 * <p>Apart from {@link HintEvent}, which must not name its subclasses: a flight recorder that is on
 * when one of them is loaded links the superclass meanwhile, and verifying that would load the
 * subclass a second time.
 */
final class HintEvents {

  private HintEvents() {}

  /** An event of the type that suits {@code kind}, begun. */
  static HintEvent begin(HintKind kind) {
    HintEvent event =
        switch (kind) {
          case FETCH, WRITE_BACK -> new HintEvent.Move();
          case DROP, DISCARD, EVICT -> new HintEvent.Dropped();
          case READ_MOSTLY, NOT_READ_MOSTLY, PREFER, PREFER_NOWHERE, ACCESSED_BY, NOT_ACCESSED_BY ->
              new HintEvent();
        };
    event.begin();
    return event;
  }
}
